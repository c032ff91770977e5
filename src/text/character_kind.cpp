#include "text/character_kind.h"

#include "text/unicode_property.h"

namespace hone::text {

namespace {

CharacterKind kind_of_category(GeneralCategory category) {
  using enum GeneralCategory;
  if (category == kLu || category == kLt) return CharacterKind::kUpper;
  if (category == kLl) return CharacterKind::kLower;
  if (category <= kLo) return CharacterKind::kCaseless;
  if (category <= kMe) return CharacterKind::kMark;
  if (category <= kNo) return CharacterKind::kNumber;
  if (category <= kPo) return CharacterKind::kPunctuation;
  return category <= kSo ? CharacterKind::kSymbol : CharacterKind::kOther;
}

}  // namespace

CharacterKinds::CharacterKinds() : bits_(0x110000 / 2) {
  const auto set = [&](char32_t first, char32_t last, CharacterKind kind) {
    for (char32_t code = first; code <= last; ++code) {
      bits_[code >> 1] = static_cast<uint8_t>(bits_[code >> 1] | static_cast<unsigned>(kind) << 4 * (code & 1));
    }
  };
  for (const auto& [first, last, category] : category_ranges()) set(first, last, kind_of_category(category));
  // White space is in the categories Z and Cc, which have no other kind.
  const CodePointSet white_space = *find_property("whitespace");
  for (const auto& [first, last] : white_space) set(first, last, CharacterKind::kSpace);
}

const CharacterKinds& CharacterKinds::get() {
  static const CharacterKinds kinds;
  return kinds;
}

}  // namespace hone::text
