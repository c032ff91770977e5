// What Python's str methods know of characters (Unicode 14, as in Python 3.11). Made by
// tests/fixtures/make_python_characters.py.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace hone::text::jinja {

enum CharacterFlag : uint16_t {
  kAlphabetic = 1,
  kDecimal = 2,
  kDigit = 4,
  kNumeric = 8,
  kSpace = 16,
  kPrintable = 32,
  kLowerCase = 64,
  kUpperCase = 128,
  kTitleCase = 256,
  kIdentifierStart = 512,
  kIdentifierPart = 1024,
  kCased = 2048,
  kCaseIgnorable = 4096,
};

// Returns the CharacterFlag of a character, joined.
uint16_t character_flags(char32_t code);

inline bool is_python_space(char32_t code) {
  if (code < 0x80) return code == ' ' || (code >= 0x09 && code <= 0x0D) || (code >= 0x1C && code <= 0x1F);
  return (character_flags(code) & kSpace) != 0;
}
inline bool is_printable(char32_t code) {
  if (code < 0x80) return code >= 0x20 && code < 0x7F;
  return (character_flags(code) & kPrintable) != 0;
}

enum class CaseMapping : uint8_t { kLower, kUpper, kTitle, kFold };

// Appends the case mapping of one character, without context.
void append_case(char32_t code, CaseMapping mapping, std::string& out);

// Return the text as str.lower(), str.upper(), str.title(), str.capitalize(), str.casefold() and str.swapcase() do.
std::string lower_case(std::string_view text);
std::string upper_case(std::string_view text);
std::string title_case(std::string_view text);
std::string capitalized(std::string_view text);
std::string case_folded(std::string_view text);
std::string swapped_case(std::string_view text);

// Returns the text without white space at both ends, as str.strip() does.
std::string_view stripped(std::string_view text);

}  // namespace hone::text::jinja
