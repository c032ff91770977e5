// Windows-1252, the single-byte encoding that web pages and spreadsheets of Western Europe use.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

namespace hone::data {

// The characters of the bytes 0x80 to 0x9F. The five bytes without a character stay control characters, as in HTML 5.
inline constexpr std::array<char32_t, 32> kWindowsCharacters = {
    0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x8D,   0x017D, 0x8F,   0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178};

// Returns the byte from 0x80 on that stands for the character, in Windows-1252 or Latin-1.
inline std::optional<uint8_t> windows_byte(char32_t code) {
  if (code < 0x80) return std::nullopt;
  if (code <= 0xFF) return static_cast<uint8_t>(code);
  if (code > 0x2122) return std::nullopt;
  const auto* found = std::ranges::find(kWindowsCharacters, code);
  if (found == kWindowsCharacters.end()) return std::nullopt;
  return static_cast<uint8_t>(0x80 + (found - kWindowsCharacters.begin()));
}

}  // namespace hone::data
