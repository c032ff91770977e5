// Visible Latin-1 characters stand for themselves. The other bytes, in order, have the characters from U+0100 on.
#include "text/byte_level.h"

#include <array>

#include "base/utf8.h"

namespace hone::text {

namespace {

struct Alphabet {
  std::array<char32_t, 256> characters{};
  std::array<int16_t, 0x144> bytes{};  // -1: no byte
};

constexpr bool is_visible(unsigned byte) {
  return (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
}

constexpr Alphabet make_alphabet() {
  Alphabet alphabet;
  alphabet.bytes.fill(-1);
  char32_t next = 0x100;
  for (unsigned byte = 0; byte < 256; ++byte) {
    const char32_t code = is_visible(byte) ? static_cast<char32_t>(byte) : next++;
    alphabet.characters[byte] = code;
    alphabet.bytes[code] = static_cast<int16_t>(byte);
  }
  return alphabet;
}

constexpr Alphabet kAlphabet = make_alphabet();

bool is_between(char c, unsigned first, unsigned last) {
  return static_cast<unsigned char>(c) >= first && static_cast<unsigned char>(c) <= last;
}

// Returns the length that a sequence with this first byte needs; 0 if none begins with it.
size_t needed_length(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return 2;
  if (first >= 0xE0 && first <= 0xEF) return 3;
  return first >= 0xF0 && first <= 0xF4 ? 4 : 0;
}

// Returns true if `second` may follow `first`: overlong forms, surrogates and codes above U+10FFFF are malformed.
bool may_follow(unsigned char first, char second) {
  switch (first) {
    case 0xE0:
      return is_between(second, 0xA0, 0xBF);
    case 0xED:
      return is_between(second, 0x80, 0x9F);
    case 0xF0:
      return is_between(second, 0x90, 0xBF);
    case 0xF4:
      return is_between(second, 0x80, 0x8F);
    default:
      return is_continuation(second);
  }
}

// Returns how many bytes at the start can be the beginning of one character; 1 if the first byte cannot begin any.
size_t well_formed_length(std::string_view bytes) {
  const auto first = static_cast<unsigned char>(bytes[0]);
  const size_t needed = needed_length(first);
  size_t length = 1;
  while (length < needed && length < bytes.size() &&
         (length == 1 ? may_follow(first, bytes[1]) : is_continuation(bytes[length]))) {
    ++length;
  }
  return length;
}

}  // namespace

char32_t character_of_byte(unsigned char byte) { return kAlphabet.characters[byte]; }

std::optional<unsigned char> byte_of_character(char32_t code) {
  if (code >= kAlphabet.bytes.size() || kAlphabet.bytes[code] < 0) return std::nullopt;
  return static_cast<unsigned char>(kAlphabet.bytes[code]);
}

std::string to_byte_characters(std::string_view bytes) {
  std::string result;
  for (char c : bytes) append_utf8(result, character_of_byte(static_cast<unsigned char>(c)));
  return result;
}

std::string from_byte_characters(std::string_view token) {
  std::string bytes;
  for (const char* p = token.data(); p < token.data() + token.size();) {
    const std::optional<unsigned char> byte = byte_of_character(next_code_point(p));
    if (!byte) return std::string(token);
    bytes += static_cast<char>(*byte);
  }
  return bytes;
}

size_t length_of_unfinished_character(std::string_view bytes) {
  for (size_t length = 1; length < 4 && length <= bytes.size(); ++length) {
    const size_t begin = bytes.size() - length;
    if (is_continuation(bytes[begin])) continue;
    const bool is_unfinished = well_formed_length(bytes.substr(begin)) == length &&
                               length < needed_length(static_cast<unsigned char>(bytes[begin]));
    return is_unfinished ? length : 0;
  }
  return 0;
}

std::string replace_malformed(std::string_view bytes) {
  std::string result;
  for (size_t i = 0; i < bytes.size();) {
    const size_t length = well_formed_length(bytes.substr(i));
    const bool is_character = length == needed_length(static_cast<unsigned char>(bytes[i]));
    result += is_character ? bytes.substr(i, length) : std::string_view("\xEF\xBF\xBD");
    i += length;
  }
  return result;
}

}  // namespace hone::text
