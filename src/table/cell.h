// One cell of an Arrow array, of any type that data set files hold. Internal to the floor.
#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "table/value.h"

namespace hone::table {

ColumnType column_type(const arrow::DataType& type);

// The text of a string cell (string, large_string, string_view, binary, dictionaries of them); nullopt: null.
// Only for arrays with column_type kString, and for text that stands for another type.
std::optional<std::string_view> cell_text(const arrow::Array& array, int64_t row);

// True where cell_text works.
bool holds_text(const arrow::DataType& type);

// The cell as `type`: text is parsed, integers become floats where the column is kFloat.
Value cell_value(const arrow::Array& array, int64_t row, ColumnType type);

// The cell as JSON; for text that stands for another type, `type` says which.
std::string cell_json(const arrow::Array& array, int64_t row, ColumnType type);

}  // namespace hone::table
