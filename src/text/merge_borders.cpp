// The first merge over a border joins a token that ends there with one that begins there. Of the text, the two tokens
// have the whole character on their side of the border, or only a part of it if they are shorter.
#include "text/merge_borders.h"

#include <algorithm>

namespace hone::text {

namespace {

constexpr size_t kMaxLength = 4;  // bytes of a character

size_t length_from_first_byte(char first) {
  const auto byte = static_cast<unsigned char>(first);
  return byte < 0xC0 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

// Returns the number of bytes at the end of `bytes` that belong to its last character.
size_t length_of_last(std::string_view bytes) {
  size_t length = 1;
  while (length < std::min(bytes.size(), kMaxLength) && is_continuation(bytes[bytes.size() - length])) ++length;
  return length;
}

size_t length_of_first(std::string_view bytes) { return std::min(length_from_first_byte(bytes[0]), bytes.size()); }

}  // namespace

void MergeBorders::add(std::string_view left, std::string_view right) {
  if (left.empty() || right.empty() || is_continuation(right[0])) return;
  const size_t left_length = length_of_last(left), right_length = length_of_first(right);
  uint32_t left_bytes = 0, right_bytes = 0;
  for (size_t i = 0; i < left_length; ++i) {
    left_bytes |= uint32_t{static_cast<unsigned char>(left[left.size() - 1 - i])} << 8 * i;
  }
  for (size_t i = 0; i < right_length; ++i) right_bytes |= uint32_t{static_cast<unsigned char>(right[i])} << 8 * i;
  const uint64_t bit = bit_of(left_bytes, right_bytes);
  bits_[bit / 64] |= uint64_t{1} << bit % 64;
  has_lengths_[left_length][right_length] = true;
  const auto last = static_cast<unsigned char>(left.back()), first = static_cast<unsigned char>(right.front());
  if (is_continuation(left[left.size() - left_length])) partial_lefts_[last] |= static_cast<uint8_t>(1 << left_length);
  if (right_length < length_from_first_byte(right[0]))
    partial_rights_[first] |= static_cast<uint8_t>(1 << right_length);
}

bool MergeBorders::may_merge(const char* begin, const char* border, const char* end) const {
  const size_t left_length = length_of_last({begin, static_cast<size_t>(border - begin)});
  const size_t right_length = length_of_first({border, static_cast<size_t>(end - border)});
  // Few tokens have only a part of the character on their side, and these have few bytes at the border.
  const uint32_t lefts = partial_lefts_[static_cast<unsigned char>(border[-1])] | 1u << left_length;
  const uint32_t rights = partial_rights_[static_cast<unsigned char>(*border)] | 1u << right_length;
  uint32_t left_bytes = 0;
  for (size_t i = 1; i <= left_length; ++i) {
    left_bytes |= uint32_t{static_cast<unsigned char>(*(border - i))} << 8 * (i - 1);
    if ((lefts >> i & 1) == 0) continue;
    uint32_t right_bytes = 0;
    for (size_t j = 1; j <= right_length; ++j) {
      right_bytes |= uint32_t{static_cast<unsigned char>(border[j - 1])} << 8 * (j - 1);
      if ((rights >> j & 1) == 0 || !has_lengths_[i][j]) continue;
      const uint64_t bit = bit_of(left_bytes, right_bytes);
      if ((bits_[bit / 64] >> bit % 64 & 1) != 0) return true;
    }
  }
  return false;
}

}  // namespace hone::text
