// What canonical composition (The Unicode Standard, section 3.11) must know of each character, in tables that are made
// once.
#pragma once

#include <cstdint>
#include <vector>

namespace hone::text {

struct CompositionTraits {
  uint8_t combining_class = 0;
  bool decomposes = false;  // its canonical decomposition is another text
  bool is_second = false;   // the second part of a primary composite
};

class CompositionTable {
 public:
  static const CompositionTable& get();

  const CompositionTraits& of(char32_t code) const {
    static constexpr CompositionTraits kNone;
    return code < traits_.size() ? traits_[code] : kNone;
  }

  // Returns true if NFC never changes the character nor joins it with one before it.
  bool is_stable(char32_t code) const { return code >= unstable_.size() || !unstable_[code]; }

  // Returns the primary composite of two characters, or 0 if they have none.
  char32_t compose(char32_t first, char32_t second) const {
    return of(second).is_second ? find_composite(first, second) : 0;
  }

  // Returns the one character that NFC makes of this one between stable characters; 0 if it makes more, or the same.
  char32_t replacement(char32_t code) const { return of(code).decomposes ? find_composite(code, 0) : 0; }

 private:
  // A place of a hash table with open addressing; composite is 0 in an empty one.
  struct Slot {
    char32_t first, second, composite;
  };

  CompositionTable();
  void add_composites();
  void add_composite(char32_t first, char32_t second, char32_t composite);
  void add_slot(const Slot& added);
  void mark_unstable();
  void add_replacements();
  char32_t find_composite(char32_t first, char32_t second) const;

  std::vector<CompositionTraits> traits_;  // the characters after its end have no traits
  std::vector<bool> unstable_;             // apart from the others, because whole texts are looked up
  std::vector<Slot> slots_;
};

}  // namespace hone::text
