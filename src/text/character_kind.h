// The classes of characters that the split patterns of byte-level BPE tell apart: \p{L}, \p{N}, \s and others.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/utf8.h"

namespace hone::text {

enum class CharacterKind : uint8_t { kOther, kLetter, kNumber, kSpace };

// Keeps two bits for each code point, so that the part of the table for one script stays in the first cache.
class CharacterKinds {
 public:
  // Returns the one table, which the first call makes.
  static const CharacterKinds& get();

  CharacterKind of(char32_t code) const { return static_cast<CharacterKind>(bits_[code >> 2] >> 2 * (code & 3) & 3); }

 private:
  CharacterKinds();

  std::vector<uint8_t> bits_;
};

}  // namespace hone::text
