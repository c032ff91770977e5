// How a delimited file is written, guessed from its beginning: the separator, and whether quotes quote. Internal to
// the floor.
#pragma once

#include <string_view>

#include "table/read.h"

namespace hone::table {

// The separator of the file that begins with `head`: `expected`, unless its records have one field each with that one
// and equally many, two or more, with another of comma, semicolon, tab and vertical bar.
char find_separator(std::string_view head, char expected, Quoting quoting);

// csv: yes. tsv: by its beginning, `head`. If every line has the same number of tabs, quotes quote only where each
// field that starts with one is closed properly, and either one of them holds a doubled quote or a whole column is
// quoted. If lines differ, quotes quote where that makes all records equally long.
bool use_quotes(std::string_view head, char delimiter, Quoting quoting);

}  // namespace hone::table
