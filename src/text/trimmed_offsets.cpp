// tokenizers counts in characters, hone in bytes. Both stop at the other end of the token.
#include "text/trimmed_offsets.h"

#include <algorithm>

#include "base/utf8.h"
#include "text/unicode.h"

namespace hone::text {

namespace {

constexpr char32_t kSpaceCharacter = 0x120;  // the character of the byte 0x20

struct SpaceCounts {
  size_t leading = 0, trailing = 0;
};

// Counts the spaces at both ends. A token of spaces only has the same number at each end.
SpaceCounts count_spaces(std::string_view token) {
  SpaceCounts counts;
  bool is_leading = true;
  for (const char* p = token.data(); p < token.data() + token.size();) {
    const char32_t code = next_code_point(p);
    const bool is_space = code == kSpaceCharacter || is_whitespace(code);
    is_leading = is_leading && is_space;
    counts.leading += is_leading;
    counts.trailing = is_space ? counts.trailing + 1 : 0;
  }
  return counts;
}

size_t move_right(std::string_view text, size_t position, size_t end, size_t num_characters) {
  for (; num_characters > 0 && position < end; --num_characters) {
    const char* next = text.data() + position;
    next_code_point(next);
    position = static_cast<size_t>(next - text.data());
  }
  return position;
}

// Returns `position` if there are fewer characters before it in the text.
size_t move_left(std::string_view text, size_t position, size_t begin, size_t num_characters) {
  size_t moved = position;
  for (; num_characters > 0 && moved > 0; --num_characters) {
    while (is_continuation(text[--moved])) continue;
  }
  return num_characters > 0 ? position : std::max(moved, begin);
}

}  // namespace

Offset trimmed_offset(Offset offset, std::string_view text, std::string_view token, bool is_first,
                      const OffsetTrim& trim) {
  SpaceCounts spaces = count_spaces(token);
  if (spaces.leading == 1 && trim.keeps_first_space && (is_first || offset.begin == 0)) spaces.leading = 0;
  offset.begin = static_cast<uint32_t>(move_right(text, offset.begin, offset.end, spaces.leading));
  offset.end = static_cast<uint32_t>(move_left(text, offset.end, offset.begin, spaces.trailing));
  return offset;
}

}  // namespace hone::text
