// Where JSON values end, found without parsing them, so that rows can be cut out of a file of any size. Internal.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace hone::table {

// The first position at or after `position` that is not JSON white space (or text.size()).
size_t skip_space(std::string_view text, size_t position);

// The text with null in place of NaN, Infinity and -Infinity, which Python's json writes but JSON does not know;
// nullopt if there is none outside strings.
std::optional<std::string> with_null_for_nan(std::string_view text);

// The end of the value that begins at `position`: brackets counted outside strings; the value is not checked. npos
// where the text ends first (for a bare number or word: where nothing follows it).
size_t value_end(std::string_view text, size_t position);

}  // namespace hone::table
