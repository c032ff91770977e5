// UTF-8: checks texts, cuts them at whole characters, and reads and writes the code points of checked text.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace hone {

// Returns the byte position of the first malformed sequence, or npos. Surrogates and overlong forms are malformed.
size_t find_invalid_utf8(std::string_view text);

// Throws kInput with the byte position if `text` is not UTF-8; `what` opens the message.
void check_utf8(std::string_view text, std::string_view what);

// Returns true for the second to fourth byte of a character.
inline bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// Returns the number of code points of checked UTF-8.
size_t count_code_points(std::string_view text);

// Returns the byte at which this code point of checked UTF-8 begins; the size of the text for the one after the last;
// npos if there are fewer.
size_t byte_of_code_point(std::string_view text, size_t index);

// Returns the longest prefix of at most `max_bytes` bytes that ends with a whole character.
std::string_view whole_characters(std::string_view text, size_t max_bytes);

// Returns whole_characters(text, max_bytes), followed by "..." if it is shorter than `text`.
std::string shortened(std::string_view text, size_t max_bytes);

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

}  // namespace hone
