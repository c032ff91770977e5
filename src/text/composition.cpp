// A primary composite is a character with a decomposition of two parts to which NFC returns. utf8proc knows which
// characters are excluded.
#include "text/composition.h"

#include <utf8proc.h>

#include <algorithm>
#include <map>
#include <span>

#include "base/error.h"
#include "text/unicode.h"

namespace hone::text {

namespace {

constexpr size_t kNumSlots = 8192;  // four times the number of composites and replacements

size_t first_slot(char32_t first, char32_t second) {
  return ((uint64_t{first} << 32 | second) * 0x9E3779B97F4A7C15u) >> 51;
}

// Returns true if NFC returns from the decomposition to the character.
bool is_primary_composite(char32_t code, const CodePoints& parts) {
  utf8proc_int32_t codes[4];
  for (int i = 0; i < parts.count; ++i) codes[i] = static_cast<utf8proc_int32_t>(parts.codes[i]);
  const auto options = static_cast<utf8proc_option_t>(UTF8PROC_COMPOSE | UTF8PROC_STABLE);
  const utf8proc_ssize_t count = utf8proc_normalize_utf32(codes, parts.count, options);
  return count == 1 && static_cast<char32_t>(codes[0]) == code;
}

}  // namespace

const CompositionTable& CompositionTable::get() {
  static const CompositionTable table;
  return table;
}

CompositionTable::CompositionTable() : slots_(kNumSlots) {
  const std::vector<char32_t> combining = combining_characters(), decomposable = decomposable_characters();
  traits_.resize(std::max({combining.back(), decomposable.back(), kHangulSyllables.last}) + 1);
  for (char32_t code : combining) traits_[code].combining_class = static_cast<uint8_t>(combining_class(code));
  for (char32_t code : decomposable) traits_[code].decomposes = true;
  const auto of_range = [&](const CodePointRange& range) {
    return std::span(traits_).subspan(range.first, range.last - range.first + 1);
  };
  for (CompositionTraits& traits : of_range(kHangulSyllables)) traits.decomposes = true;
  for (CompositionTraits& traits : of_range(kHangulVowels)) traits.is_second = true;
  for (CompositionTraits& traits : of_range(kHangulTails)) traits.is_second = true;
  add_composites();
  mark_unstable();
  add_replacements();
}

// A decomposition of more than two characters is that of a composite and a last character.
void CompositionTable::add_composites() {
  std::map<std::vector<char32_t>, char32_t> composites;
  for (char32_t code : decomposable_characters()) {
    const CodePoints parts = canonical_decomposition(code);
    if (parts.count > 1 && is_primary_composite(code, parts)) composites[{parts.begin(), parts.end()}] = code;
  }
  for (const auto& [parts, composite] : composites) {
    const auto first = composites.find({parts.begin(), parts.end() - 1});
    check_internal(parts.size() == 2 || first != composites.end(), "a composite has no first part");
    add_composite(parts.size() == 2 ? parts[0] : first->second, parts.back(), composite);
  }
}

// They stand among the composites, with 0 as the second part.
void CompositionTable::add_replacements() {
  for (char32_t code : decomposable_characters()) {
    const CodePoints parts = canonical_decomposition(code);
    char32_t result = parts.codes[0];
    for (int i = 1; i < parts.count && result != 0; ++i) result = compose(result, parts.codes[i]);
    if (result != 0 && result != code && is_stable(result)) add_slot({code, 0, result});
  }
}

void CompositionTable::add_composite(char32_t first, char32_t second, char32_t composite) {
  add_slot({first, second, composite});
  traits_[second].is_second = true;
}

void CompositionTable::add_slot(const Slot& added) {
  size_t slot = first_slot(added.first, added.second);
  while (slots_[slot].composite != 0) slot = (slot + 1) % kNumSlots;
  slots_[slot] = added;
}

// A character that composes with nothing before it may decompose into one that does.
void CompositionTable::mark_unstable() {
  unstable_.resize(traits_.size());
  for (size_t code = 0; code < traits_.size(); ++code) {
    unstable_[code] = traits_[code].combining_class != 0 || traits_[code].is_second;
  }
  for (char32_t code : decomposable_characters()) {
    const CodePoints parts = canonical_decomposition(code);
    const bool is_own_form = parts.count > 1 && is_primary_composite(code, parts);
    if (!is_own_form || unstable_[parts.codes[0]]) unstable_[code] = true;
  }
}

char32_t CompositionTable::find_composite(char32_t first, char32_t second) const {
  if (const char32_t syllable = hangul_composite(first, second)) return syllable;
  for (size_t slot = first_slot(first, second); slots_[slot].composite != 0; slot = (slot + 1) % kNumSlots) {
    if (slots_[slot].first == first && slots_[slot].second == second) return slots_[slot].composite;
  }
  return 0;
}

}  // namespace hone::text
