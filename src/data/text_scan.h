// Finds in one pass what most texts lack, so that they need no further search for it, and counts the characters of
// ASCII.
#pragma once

#include <cstdint>
#include <string_view>

namespace hone::data {

// As bits.
enum TextSign : uint32_t {
  kSignLess = 1 << 0,  // <
  kSignAmpersand = 1 << 1,
  kSignAt = 1 << 2,
  kSignAddress = 1 << 3,       // "//" or "ww." in upper or lower case, one of which every address of the web has
  kSignMojibakeByte = 1 << 4,  // a byte C2, C3 or E9
  kSignControl = 1 << 5,       // a control character of ASCII (noise_characters.h)
  kSignTwoSpaces = 1 << 6,     // in succession
  kSignRun = 1 << 7,           // perhaps eight equal bytes in succession: one is equal to those 1, 2, 4 and 7 before it
  kSignBeyondAscii = 1 << 8,   // any byte beyond ASCII
};

struct TextScan {
  uint32_t signs = 0;
  // The characters of ASCII of each kind. White space is the space, tab to carriage return.
  uint64_t letters = 0, digits = 0, spaces = 0;

  bool has(TextSign sign) const { return (signs & sign) != 0; }
};

TextScan scan_text(std::string_view text);

}  // namespace hone::data
