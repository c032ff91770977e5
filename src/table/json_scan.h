// Finds the ends of JSON values without parsing them, to separate the rows of files of any size. Internal.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace hone::table {

// Returns the first position at or after `position` that is not JSON white space, or text.size().
size_t skip_space(std::string_view text, size_t position);

// Returns the text with null in place of NaN, Infinity and -Infinity, which Python's json writes although they are not
// valid JSON. Returns nullopt if the text has none of them outside strings.
std::optional<std::string> with_null_for_nan(std::string_view text);

// Returns the end of the value that begins at `position`. Counts brackets outside strings, and does not check the
// value. Returns npos if the text ends before the value does. A number or word ends only at a following character.
size_t value_end(std::string_view text, size_t position);

}  // namespace hone::table
