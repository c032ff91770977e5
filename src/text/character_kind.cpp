#include "text/character_kind.h"

#include "text/unicode.h"

namespace hone::text {

CharacterKinds::CharacterKinds() : bits_(0x110000 / 4) {
  const auto set = [&](std::span<const CodePointRange> ranges, CharacterKind kind) {
    for (const auto& [first, last] : ranges) {
      for (char32_t code = first; code <= last; ++code) {
        bits_[code >> 2] = static_cast<uint8_t>(bits_[code >> 2] | static_cast<unsigned>(kind) << 2 * (code & 3));
      }
    }
  };
  set(letter_ranges(), CharacterKind::kLetter);
  set(number_ranges(), CharacterKind::kNumber);
  set(whitespace_ranges(), CharacterKind::kSpace);
}

const CharacterKinds& CharacterKinds::get() {
  static const CharacterKinds kinds;
  return kinds;
}

}  // namespace hone::text
