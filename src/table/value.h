// The value of one cell. Nested cells (lists, structs) become JSON text; see Column::json.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace hone::table {

// Integers are int64_t, or uint64_t from 2^63 on.
using Value = std::variant<std::monostate /*null*/, bool, int64_t, double, std::string, uint64_t>;

enum class ColumnType { kNull, kBool, kInt, kFloat, kString, kNested };

// "null", "bool", "int", "float", "string", "nested".
std::string_view type_name(ColumnType type);

inline bool is_null(const Value& value) { return std::holds_alternative<std::monostate>(value); }

// Returns the text without the white space around it. White space is as in Python's str.strip(), including U+00A0 and
// U+3000.
std::string_view stripped(std::string_view text);
// Returns true if the text is empty or only white space.
inline bool is_blank(std::string_view text) { return stripped(text).empty(); }

// Returns the value as Python's str() writes it: "True", "3", "4.75", the string itself; "" for null.
std::string value_text(const Value& value);

// Returns the type of a single csv cell: kInt for " 12", kFloat for "1e-3", kBool for "True", kNull for an empty text,
// kString for all others. "nan" and "NA" are strings, because a text column may hold them.
ColumnType type_of_text(std::string_view text);

// Parses `text` as `type`. Returns null if it does not parse, or if it is empty and `type` is not kString.
Value parse_value(std::string_view text, ColumnType type);

}  // namespace hone::table
