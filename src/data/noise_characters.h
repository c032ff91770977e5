// Characters that nobody sees. The report counts the rows that have them, and rules of `hone data clean` remove them.
#pragma once

namespace hone::data {

// Control characters (Unicode's C0, DEL and C1), except tab and line breaks.
constexpr bool is_control(char32_t code) {
  return (code < 0x20 && (code < '\t' || code > '\r')) || (code >= 0x7F && code <= 0x9F);
}

// Soft hyphens, zero-width spaces, marks of direction and byte order marks. Zero-width joiners and non-joiners are not
// among them: emoji, Persian and Indian scripts need them.
constexpr bool is_invisible(char32_t code) {
  return code == 0xAD || code == 0x200B || code == 0x200E || code == 0x200F || (code >= 0x202A && code <= 0x202E) ||
         (code >= 0x2060 && code <= 0x2064) || code == 0xFEFF;
}

}  // namespace hone::data
