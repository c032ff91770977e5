// Reads one cell of an Arrow array, of any type that occurs in data sets. Internal to the floor.
#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "table/value.h"

namespace hone::table {

ColumnType column_type(const arrow::DataType& type);

// Returns the text of a string cell (string, large_string, string_view, binary, dictionaries of them), or nullopt if it
// is null. Only for arrays with holds_text().
std::optional<std::string_view> cell_text(const arrow::Array& array, int64_t row);

// Returns true if cell_text works for this type.
bool holds_text(const arrow::DataType& type);

// Returns the cell as `type`: parses text, and converts integers to floats if the column is kFloat.
Value cell_value(const arrow::Array& array, int64_t row, ColumnType type);

// Returns the cell as JSON. If the array holds text, parses it as `type`.
std::string cell_json(const arrow::Array& array, int64_t row, ColumnType type);

}  // namespace hone::table
