// Guesses from the beginning of a delimited file which separator it has and whether quotes quote. Internal to the
// floor.
#pragma once

#include <string_view>

#include "table/read.h"

namespace hone::table {

// Returns the separator of the file that begins with `head`. That is `expected`, unless the first record has only one
// field with it and all of the first 100 records have equally many, at least two, with comma, semicolon, tab or "|".
char find_separator(std::string_view head, char expected, Quoting quoting);

// Returns true for csv. Decides by `head`, the beginning of the file, for tsv. If every line has the same number of
// tabs, quotes quote only if each field that starts with one is closed properly, and either one of them holds a doubled
// quote or a whole column is quoted. If lines differ, quotes quote if that makes all records equally long.
bool use_quotes(std::string_view head, char delimiter, Quoting quoting);

}  // namespace hone::table
