// Looks code points up by binary search. Code that needs speed caches the results (bert_characters.cpp).
#include "text/unicode.h"

#include <algorithm>
#include <iterator>

namespace hone::text {

namespace {

using Range = CodePointRange;

struct ClassRange {
  char32_t first, last;
  uint8_t combining_class;
};

struct ScriptRange {
  char32_t first, last;
  uint8_t script;
};

// Every stride-th code point from first to last becomes itself + delta.
struct CaseRun {
  char32_t first, last;
  uint8_t stride;
  int32_t delta;
};

struct Decomposition {
  char32_t first;
  char32_t codes[4];
};

#include "text/unicode_tables.inc"

// Returns the row of a table sorted by `first` that may contain `code`, or null.
template <typename Row, size_t kSize>
const Row* find_row_of(const Row (&table)[kSize], char32_t code) {
  const Row* row =
      std::upper_bound(std::begin(table), std::end(table), code, [](char32_t c, const Row& r) { return c < r.first; });
  return row == std::begin(table) ? nullptr : row - 1;
}

template <size_t kSize>
bool contains(const Range (&table)[kSize], char32_t code) {
  const Range* row = find_row_of(table, code);
  return row != nullptr && code <= row->last;
}

constexpr char32_t kLeadBase = 0x1100, kTailBase = kHangulTails.first - 1;
constexpr char32_t kLeadCount = 19, kVowelCount = 21, kTailCount = 28;

bool is_in(const Range& range, char32_t code) { return code >= range.first && code <= range.last; }

CodePoints decompose_hangul(char32_t index) {
  const char32_t lead = kLeadBase + index / (kVowelCount * kTailCount);
  const char32_t vowel = kHangulVowels.first + index % (kVowelCount * kTailCount) / kTailCount;
  const char32_t tail = index % kTailCount;
  if (tail == 0) return {{lead, vowel}, 2};
  return {{lead, vowel, kTailBase + tail}, 3};
}

}  // namespace

bool is_control(char32_t code) { return contains(kControl, code); }
bool is_whitespace(char32_t code) { return contains(kWhitespace, code); }
bool is_punctuation(char32_t code) { return contains(kPunctuation, code); }
bool is_nonspacing_mark(char32_t code) { return contains(kNonspacingMark, code); }
int32_t alike_in_graphemes(char32_t code) {
  if (code < 0x0897) return static_cast<int32_t>(code);
  // Extend and SpacingMark of Unicode 17 beyond those of utf8proc 2.6, as the graphemes of tokenizers 0.23 have them.
  static constexpr CodePointRange kNewMarks[] = {
      {0x0897, 0x0897},   {0x1ACF, 0x1ADD},   {0x1AE0, 0x1AEB},   {0x10D69, 0x10D6D}, {0x10EFA, 0x10EFC},
      {0x113B8, 0x113C0}, {0x113C2, 0x113C2}, {0x113C5, 0x113C5}, {0x113C7, 0x113CA}, {0x113CC, 0x113D0},
      {0x113D2, 0x113D2}, {0x113E1, 0x113E2}, {0x11B60, 0x11B67}, {0x11F5A, 0x11F5A}, {0x1611E, 0x1612F},
      {0x1E5EE, 0x1E5EF}, {0x1E6E3, 0x1E6E3}, {0x1E6E6, 0x1E6E6}, {0x1E6EE, 0x1E6EF}, {0x1E6F5, 0x1E6F5}};
  constexpr char32_t kPrepended = 0x113D1, kAlikePrepended = 0x0605;
  if (code == kPrepended) return kAlikePrepended;
  return contains(kNewMarks, code) ? 0x0300 : static_cast<int32_t>(code);
}

bool is_combining_mark(char32_t code) { return contains(kCombiningMark, code); }
bool is_word_character(char32_t code) { return contains(kWord, code); }
bool is_chinese(char32_t code) { return contains(kChinese, code); }
bool is_numeric(char32_t code) { return contains(kNumeric, code); }
bool has_compatibility_decomposition(char32_t code) { return contains(kCompatibility, code); }

std::span<const CodePointRange> letter_ranges() { return kLetter; }
std::span<const CodePointRange> number_ranges() { return kNumber; }
std::span<const CodePointRange> whitespace_ranges() { return kWhitespace; }

int joined_script(char32_t code) {
  const ScriptRange* row = find_row_of(kScript, code);
  return row != nullptr && code <= row->last ? row->script : kAnyScript;
}

int combining_class(char32_t code) {
  const ClassRange* row = find_row_of(kCombiningClass, code);
  return row != nullptr && code <= row->last ? row->combining_class : 0;
}

CodePoints to_lowercase(char32_t code) {
  if (code == 0x130) return {{0x69, 0x307}, 2};  // the one character whose lower case is two
  const CaseRun* run = find_row_of(kLowercase, code);
  if (run != nullptr && code <= run->last && (code - run->first) % run->stride == 0) {
    return {{static_cast<char32_t>(static_cast<int32_t>(code) + run->delta)}, 1};
  }
  return {{code}, 1};
}

CodePoints canonical_decomposition(char32_t code) {
  if (is_in(kHangulSyllables, code)) return decompose_hangul(code - kHangulSyllables.first);
  const Decomposition* row = find_row_of(kDecomposition, code);
  if (row == nullptr || row->first != code) return {{code}, 1};
  CodePoints result{{}, 0};
  for (char32_t part : row->codes) {
    if (part == 0) break;
    result.codes[result.count++] = part;
  }
  return result;
}

char32_t hangul_composite(char32_t first, char32_t second) {
  if (is_in({kLeadBase, kLeadBase + kLeadCount - 1}, first) && is_in(kHangulVowels, second)) {
    const char32_t index = (first - kLeadBase) * kVowelCount + second - kHangulVowels.first;
    return kHangulSyllables.first + index * kTailCount;
  }
  const bool lacks_tail = is_in(kHangulSyllables, first) && (first - kHangulSyllables.first) % kTailCount == 0;
  return lacks_tail && is_in(kHangulTails, second) ? first + (second - kTailBase) : 0;
}

std::vector<char32_t> decomposable_characters() {
  std::vector<char32_t> result;
  for (const Decomposition& row : kDecomposition) result.push_back(row.first);
  return result;
}

std::vector<char32_t> combining_characters() {
  std::vector<char32_t> result;
  for (const ClassRange& row : kCombiningClass) {
    for (char32_t code = row.first; code <= row.last; ++code) result.push_back(code);
  }
  return result;
}

}  // namespace hone::text
