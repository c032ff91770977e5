// The text of single cells in csv and JSON. Internal to the floor.
#pragma once

#include <string>
#include <string_view>

#include "table/value.h"

namespace hone::table {

// Appends the value as JSON. NaN and infinity, which JSON cannot represent, become null.
void append_json_cell(std::string& to, const Value& value);

// Appends a cell of a csv file, in quotes if necessary. An empty text (`is_text`) is written as "", because an empty
// cell is null.
void append_csv_cell(std::string& to, std::string_view text, bool is_text, bool always_quoted = false);

}  // namespace hone::table
