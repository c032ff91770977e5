// Guesses the separator of a delimited file, and whether quotation marks enclose cells, from its beginning. Internal to
// the floor.
#pragma once

#include <string_view>

#include "table/read.h"

namespace hone::table {

// Returns the separator of the file that begins with `head`. Returns `expected` unless the first record then has only
// one field, and another separator (comma, semicolon, tab or "|") gives all of the first 100 records the same number of
// fields, at least two.
char find_separator(std::string_view head, char expected, Quoting quoting);

// Returns whether quotation marks enclose cells: always true for csv; for tsv, `head` (the beginning of the file)
// decides. If every line has the same number of tabs: true if each field that starts with a quote is closed properly,
// and either one of them holds a doubled quote or a whole column is quoted. Else: true if that gives all records the
// same number of fields.
bool use_quotes(std::string_view head, char delimiter, Quoting quoting);

}  // namespace hone::table
