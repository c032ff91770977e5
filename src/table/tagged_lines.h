// Recognises files with a word and its tag in each line, whatever their extension. Internal to the floor.
#pragma once

#include <string_view>

namespace hone::table {

// Returns true if the lines of `head`, the beginning of a file, are words with tags: all have the same number of
// columns, at least two, and the last column holds "O" or a tag such as "B-person"; at least one line has "O". Ignores
// blank lines and lines with -DOCSTART-. `is_whole`: the file ends with `head`.
bool looks_like_tagged_lines(std::string_view head, bool is_whole);

}  // namespace hone::table
