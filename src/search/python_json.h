// JSON as Python's json module writes it: with NaN, Infinity and -Infinity, which JSON lacks.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"

namespace hone::search {

// Parses one value. Bare NaN, Infinity and -Infinity become texts, which number_of() reads. Errors (kInput): no JSON.
Json parse_python_json(std::string_view text, std::string_view where);

// Returns the number, or nullopt if the value is neither a number nor the text of one that JSON lacks.
std::optional<double> number_of(const Json& value);

// Returns the shortest text of a number: 0.5, 3.0, NaN.
std::string python_number(double value);

}  // namespace hone::search
