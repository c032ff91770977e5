// The kinds of characters that the split patterns of byte-level BPE tell apart, by Oniguruma's tables.
#pragma once

#include <cstdint>
#include <vector>

#include "base/utf8.h"

namespace hone::text {

enum class CharacterKind : uint8_t {
  kOther,        // all others: controls, unassigned code points
  kUpper,        // \p{Lu}, \p{Lt}
  kLower,        // \p{Ll}
  kCaseless,     // \p{Lm}, \p{Lo}
  kMark,         // \p{M}
  kNumber,       // \p{N}
  kPunctuation,  // \p{P}
  kSymbol,       // \p{S}
  kSpace         // \s
};

// A set of kinds: a bit for each.
using KindSet = uint32_t;
constexpr KindSet set_of_kind(CharacterKind kind) { return KindSet{1} << static_cast<uint32_t>(kind); }
constexpr KindSet kUpperKind = set_of_kind(CharacterKind::kUpper), kLowerKind = set_of_kind(CharacterKind::kLower);
constexpr KindSet kCaselessKind = set_of_kind(CharacterKind::kCaseless), kMarkKind = set_of_kind(CharacterKind::kMark);
constexpr KindSet kNumberKind = set_of_kind(CharacterKind::kNumber), kSpaceKind = set_of_kind(CharacterKind::kSpace);
constexpr KindSet kPunctuationKind = set_of_kind(CharacterKind::kPunctuation);
constexpr KindSet kSymbolKind = set_of_kind(CharacterKind::kSymbol);
constexpr KindSet kLetterKinds = kUpperKind | kLowerKind | kCaselessKind;
constexpr KindSet kAnyKind = 2 * kSpaceKind - 1;

constexpr bool is_in(CharacterKind kind, KindSet kinds) { return (kinds >> static_cast<uint32_t>(kind) & 1) != 0; }

// Keeps four bits for each code point, so that the part of the table for one script stays in the first cache.
class CharacterKinds {
 public:
  // Returns the one table, which the first call makes.
  static const CharacterKinds& get();

  CharacterKind of(char32_t code) const { return static_cast<CharacterKind>(bits_[code >> 1] >> 4 * (code & 1) & 15); }

 private:
  CharacterKinds();

  std::vector<uint8_t> bits_;
};

}  // namespace hone::text
