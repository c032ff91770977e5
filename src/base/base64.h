// Base64 (RFC 4648) with its standard alphabet.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hone {

// Returns the bytes, or nullopt if `text` is malformed: another character, a wrong length or padding.
std::optional<std::string> decode_base64(std::string_view text);

std::string encode_base64(std::string_view bytes);

}  // namespace hone
