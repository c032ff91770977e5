// Finds the ends of JSON values without parsing them, so that rows of a file of any size can be separated. Internal.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace hone::table {

// Returns the first position at or after `position` that is not JSON white space, or text.size().
size_t skip_space(std::string_view text, size_t position);

// Returns the text with null in place of NaN, Infinity and -Infinity, which Python's json writes although they are not
// valid JSON. Returns nullopt if there is none outside strings.
std::optional<std::string> with_null_for_nan(std::string_view text);

// Returns the end of the value that begins at `position`, by counting brackets outside strings; does not check the
// value. Returns npos if the text ends first (for a number or word: if nothing follows it).
size_t value_end(std::string_view text, size_t position);

}  // namespace hone::table
