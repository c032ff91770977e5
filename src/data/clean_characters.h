// The rules of hone data clean that change single characters. Each returns the changed text, or nullopt if it leaves
// the text as it is. Texts are checked UTF-8. Internal to the floor.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace hone::data {

// Turns U+FF01 to U+FF5E and the ideographic space into their characters of ASCII.
std::optional<std::string> in_half_width(std::string_view text);
// Removes control characters except tabs and line breaks.
std::optional<std::string> without_control(std::string_view text);
// Removes zero-width spaces, direction marks and soft hyphens. Joiners stay: emoji and several scripts need them.
std::optional<std::string> without_invisible(std::string_view text);
// Lower case of each character, without context.
std::optional<std::string> in_lower_case(std::string_view text);
// Turns each run of white space into one space, and removes it at both ends.
std::optional<std::string> with_single_spaces(std::string_view text);

// Returns the rule for a normal form of Unicode: "NFC", "NFKC", "NFD" or "NFKD".
std::function<std::optional<std::string>(std::string_view)> unicode_form_rule(const std::string& form);

}  // namespace hone::data
