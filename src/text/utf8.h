// UTF-8: checking it, and reading and writing code points of text that has been checked.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace hone::text {

// The byte position of the first malformed sequence, or npos. Surrogates and overlong forms are malformed.
size_t find_invalid_utf8(std::string_view text);

// Throws kInput with the byte position if `text` is not UTF-8; `what` opens the message.
void check_utf8(std::string_view text, std::string_view what);

// Reads one code point and moves `p` behind it. `p` must point into checked UTF-8.
inline char32_t next_code_point(const char*& p) {
  const auto byte = [&](int i) { return static_cast<char32_t>(static_cast<unsigned char>(p[i])); };
  const char32_t first = byte(0);
  if (first < 0x80) {
    p += 1;
    return first;
  }
  if (first < 0xE0) {
    const char32_t code = (first & 0x1F) << 6 | (byte(1) & 0x3F);
    p += 2;
    return code;
  }
  if (first < 0xF0) {
    const char32_t code = (first & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F);
    p += 3;
    return code;
  }
  const char32_t code = (first & 0x07) << 18 | (byte(1) & 0x3F) << 12 | (byte(2) & 0x3F) << 6 | (byte(3) & 0x3F);
  p += 4;
  return code;
}

inline size_t utf8_length(char32_t code) { return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4; }

inline void append_utf8(std::string& text, char32_t code) {
  if (code < 0x80) {
    text += static_cast<char>(code);
    return;
  }
  char bytes[4];
  const size_t length = utf8_length(code);
  for (size_t i = length - 1; i > 0; --i, code >>= 6) bytes[i] = static_cast<char>(0x80 | (code & 0x3F));
  constexpr unsigned char kFirst[] = {0, 0, 0xC0, 0xE0, 0xF0};
  bytes[0] = static_cast<char>(kFirst[length] | code);
  text.append(bytes, length);
}

}  // namespace hone::text
