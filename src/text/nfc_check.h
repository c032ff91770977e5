// Tells cheaply that NFC does not change a text, which holds for most texts.
#pragma once

#include <string_view>

namespace hone::text {

// Returns true only if NFC leaves the text (checked UTF-8) as it is. May return false for other such texts, because it
// looks at each character alone.
bool is_surely_nfc(std::string_view text);

}  // namespace hone::text
