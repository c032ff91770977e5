// Decomposition by the tables of unicode.h, composition by utf8proc.
#include "text/normal_forms.h"

#include <utf8proc.h>

#include <algorithm>

#include "base/error.h"
#include "text/unicode.h"

namespace hone::text {

namespace {

// A character of the decomposed text. `is_added`: it is not the first one of its source character.
struct DecomposedCharacter {
  char32_t code;
  int combining_class;
  bool is_added;
};

// Sorts each run of non-starters by combining class (The Unicode Standard, section 3.11).
void sort_non_starters(std::vector<DecomposedCharacter>& text) {
  for (auto begin = text.begin(); begin != text.end();) {
    begin = std::find_if(begin, text.end(), [](const auto& c) { return c.combining_class != 0; });
    const auto end = std::find_if(begin, text.end(), [](const auto& c) { return c.combining_class == 0; });
    std::stable_sort(begin, end, [](const auto& a, const auto& b) { return a.combining_class < b.combining_class; });
    begin = end;
  }
}

// A character of the changed text, and how many characters of the text before it replaces; 0 for an added one.
struct ChangedCharacter {
  char32_t code;
  size_t num_replaced;
};

// Assigns origins by position, also after sorting: the n-th replacement gets the origin of the n-th character, and an
// added character that of the last replaced one.
void take_origins(NormalizedText& text, const std::vector<ChangedCharacter>& changed) {
  NormalizedText result;
  result.reserve(changed.size());
  size_t next = 0;
  for (const ChangedCharacter& c : changed) {
    const size_t source = c.num_replaced > 0 ? next : next - 1;
    next += c.num_replaced;
    result.push_back({c.code, next == 0 ? Offset{} : text[source].origin});
  }
  text = std::move(result);
}

template <typename Decomposition>
std::vector<DecomposedCharacter> decomposed(const NormalizedText& text, const Decomposition& decomposition) {
  std::vector<DecomposedCharacter> result;
  result.reserve(text.size());
  for (const NormalizedCharacter& c : text) {
    bool is_added = false;
    for (char32_t code : decomposition(c.code)) {
      result.push_back({code, combining_class(code), is_added});
      is_added = true;
    }
  }
  sort_non_starters(result);
  return result;
}

template <typename Decomposition>
void decompose(NormalizedText& text, const Decomposition& decomposition) {
  std::vector<ChangedCharacter> changed;
  for (const DecomposedCharacter& c : decomposed(text, decomposition))
    changed.push_back({c.code, c.is_added ? 0u : 1u});
  take_origins(text, changed);
}

// utf8proc knows newer characters than tokenizers, which stay as they are.
std::vector<char32_t> compatibility_decomposition(char32_t code) {
  if (!has_compatibility_decomposition(code)) {
    const CodePoints codes = canonical_decomposition(code);
    return {codes.begin(), codes.end()};
  }
  utf8proc_int32_t parts[32];
  int last_boundclass = 0;
  const utf8proc_ssize_t count =
      utf8proc_decompose_char(static_cast<utf8proc_int32_t>(code), parts, 32,
                              static_cast<utf8proc_option_t>(UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT), &last_boundclass);
  if (count <= 0 || count > 32) return {code};
  return {parts, parts + count};
}

// Returns the composition of decomposed text by utf8proc.
std::vector<char32_t> composed_codes(std::span<const DecomposedCharacter> text) {
  std::vector<utf8proc_int32_t> codes;
  codes.reserve(text.size());
  for (const DecomposedCharacter& c : text) codes.push_back(static_cast<utf8proc_int32_t>(c.code));
  const auto options = static_cast<utf8proc_option_t>(UTF8PROC_COMPOSE | UTF8PROC_STABLE);
  const utf8proc_ssize_t count =
      codes.empty() ? 0 : utf8proc_normalize_utf32(codes.data(), static_cast<utf8proc_ssize_t>(codes.size()), options);
  check_internal(count >= 0, "utf8proc refused checked text");
  return {codes.begin(), codes.begin() + count};
}

// Appends the composition of decomposed text. The parts of a character need not be adjacent: marks of lower classes may
// stand between them.
void add_composed(std::span<const DecomposedCharacter> text, std::vector<ChangedCharacter>& result) {
  std::vector<bool> is_used(text.size());
  size_t first = 0;
  for (char32_t code : composed_codes(text)) {
    while (first < text.size() && is_used[first]) ++first;
    size_t num_replaced = 0, place = first;
    for (char32_t part : canonical_decomposition(code)) {
      while (place < text.size() && (is_used[place] || text[place].code != part)) ++place;
      check_internal(place < text.size(), "a composed character has parts that the text lacks");
      is_used[place] = true;
      num_replaced += !text[place].is_added;
    }
    result.push_back({code, num_replaced});
  }
}

// Older versions of utf8proc drop U+11A7, which composes with nothing, after a Hangul syllable. It stays out of their
// sight.
void compose(NormalizedText& text, const std::vector<DecomposedCharacter>& parts) {
  std::vector<ChangedCharacter> changed;
  for (auto begin = parts.begin(); begin != parts.end();) {
    const auto end = std::find_if(begin, parts.end(), [](const auto& c) { return c.code == 0x11A7; });
    add_composed({begin, end}, changed);
    if (end != parts.end()) changed.push_back({0x11A7, end->is_added ? 0u : 1u});
    begin = end == parts.end() ? end : end + 1;
  }
  take_origins(text, changed);
}

}  // namespace

void to_nfc(NormalizedText& text) { compose(text, decomposed(text, canonical_decomposition)); }
void to_nfd(NormalizedText& text) { decompose(text, canonical_decomposition); }
void to_nfkc(NormalizedText& text) { compose(text, decomposed(text, compatibility_decomposition)); }
void to_nfkd(NormalizedText& text) { decompose(text, compatibility_decomposition); }

}  // namespace hone::text
