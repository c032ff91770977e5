// An automaton tries the alternatives of its expression in their order. Which alternative matches depends on the kinds
// of the first two characters (and of the run after them in o200k), so there is no backtracking.
#include "text/split_pattern.h"

#include "text/pattern_characters.h"
#include "text/unicode.h"

namespace hone::text {

namespace {

char to_lower_ascii(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

// Returns the end of 's, 't, 're, 've, 'm, 'll or 'd at `p`, or null.
const char* end_of_contraction(const char* p, const char* end, bool ignore_case) {
  if (p == end || *p != '\'') return nullptr;
  const auto letter = [&](int i) {
    if (end - p <= i) return '\0';
    return ignore_case ? to_lower_ascii(p[i]) : p[i];
  };
  switch (letter(1)) {
    case 's':
    case 't':
    case 'm':
    case 'd':
      return p + 2;
    case 'r':
    case 'v':
      return letter(2) == 'e' ? p + 3 : nullptr;
    case 'l':
      return letter(2) == 'l' ? p + 3 : nullptr;
    case '\xC5':  // U+017F, whose lower case is s
      return ignore_case && letter(2) == '\xBF' ? p + 3 : nullptr;
    default:
      return nullptr;
  }
}

// \s+(?!\S)|\s+ : a run leaves its last character to the word that follows, unless it has only one.
const char* end_of_spaces(const char* p, const char* end) {
  const char *last = p, *next = p;
  while (next < end) {
    const ReadCharacter read = read_character(next);
    if (read.kind != CharacterKind::kSpace) return last == p ? next : last;
    last = next;
    next = read.end;
  }
  return end;
}

// \s*[\r\n]+|\s+(?!\S)|\s+ : a run with line ends goes to the last of them.
const char* end_of_lines_or_spaces(const char* p, const char* end) {
  const char* after_line_end = nullptr;
  for (const char* next = p; next < end;) {
    const ReadCharacter read = read_character(next);
    if (read.kind != CharacterKind::kSpace) break;
    if (is_line_end(*next)) after_line_end = read.end;
    next = read.end;
  }
  return after_line_end != nullptr ? after_line_end : end_of_spaces(p, end);
}

// KINDS*[\r\n]* or KINDS*[\r\n/]*
template <KindSet kKinds, bool kTakesSlashes>
const char* end_of_symbols(const char* p, const char* end) {
  p = skip_kinds<kKinds>(p, end);
  while (p < end && (is_line_end(*p) || (kTakesSlashes && *p == '/'))) ++p;
  return p;
}

PatternPart gpt2_part(const char* p, const char* end) {
  if (const char* contraction = end_of_contraction(p, end, false)) return {contraction, true};
  const char* first = *p == ' ' ? p + 1 : p;
  if (first == end) return {end, true};
  const ReadCharacter read = read_character(first);
  if (is_in(read.kind, kLetterKinds)) return {skip_kinds<kLetterKinds>(read.end, end), true};
  if (read.kind == CharacterKind::kSpace) return {end_of_spaces(p, end), true};
  if (read.kind == CharacterKind::kNumber) return {skip_kinds<kNumberKind>(read.end, end), true};
  return {skip_kinds<kAnyKind & ~(kLetterKinds | kSpaceKind | kNumberKind)>(read.end, end), true};
}

// How the expressions that descend from cl100k (GPT-4) differ.
struct Cl100kForm {
  KindSet words;  // \p{L} or [\p{L}\p{M}]
  int max_digits;
};

template <Cl100kForm kForm>
PatternPart cl100k_part(const char* p, const char* end) {
  constexpr KindSet kSymbols = kAnyKind & ~(kForm.words | kLetterKinds | kSpaceKind | kNumberKind);
  if (const char* contraction = end_of_contraction(p, end, true)) return {contraction, true};
  const ReadCharacter first = read_character(p);
  if (is_in(first.kind, kForm.words)) return {skip_kinds<kForm.words>(first.end, end), true};
  if (first.kind == CharacterKind::kNumber) return {skip_digits(first.end, end, kForm.max_digits - 1), true};
  if (first.end < end) {
    const ReadCharacter second = read_character(first.end);
    if (is_in(second.kind, kForm.words) && !is_line_end(*p)) return {skip_kinds<kForm.words>(second.end, end), true};
    if (is_in(second.kind, kSymbols) && *p == ' ') return {end_of_symbols<kSymbols, false>(second.end, end), true};
  }
  if (is_in(first.kind, kSymbols)) return {end_of_symbols<kSymbols, false>(first.end, end), true};
  return {end_of_lines_or_spaces(p, end), true};
}

constexpr KindSet kUpperOfWord = kUpperKind | kCaselessKind | kMarkKind;
constexpr KindSet kLowerOfWord = kLowerKind | kCaselessKind | kMarkKind;

// UPPER*LOWER+ and UPPER+LOWER*, whose sets share the letters without case and the marks.
struct CasedWord {
  const char* with_lower;  // the end of UPPER*LOWER+, or null
  const char* upper_end;   // the end of UPPER*
};

CasedWord read_cased_word(const char* p, const char* end) {
  // UPPER* gives back its last characters until LOWER+ has one.
  const char* after_caseless = nullptr;
  while (p < end) {
    const ReadCharacter next = read_character(p);
    if (next.kind == CharacterKind::kLower) return {skip_kinds<kLowerOfWord>(next.end, end), p};
    if (!is_in(next.kind, kUpperOfWord)) break;
    p = next.end;
    if (next.kind != CharacterKind::kUpper) after_caseless = p;
  }
  return {after_caseless, p};
}

// [^\r\n\p{L}\p{N}]?UPPER*LOWER+|[^\r\n\p{L}\p{N}]?UPPER+LOWER* ; null if neither matches.
const char* end_of_cased_word(const char* p, const char* end) {
  const ReadCharacter first = read_character(p);
  if (is_in(first.kind, kLetterKinds)) {
    const CasedWord word = read_cased_word(p, end);
    return word.with_lower != nullptr ? word.with_lower : word.upper_end;
  }
  if (first.kind == CharacterKind::kNumber || is_line_end(*p)) return nullptr;
  const CasedWord word = read_cased_word(first.end, end);
  if (word.with_lower != nullptr) return word.with_lower;
  if (first.kind == CharacterKind::kMark) return first.end;  // itself a LOWER
  return word.upper_end > first.end ? word.upper_end : nullptr;
}

// How the expressions that descend from o200k (GPT-4o) differ.
struct O200kForm {
  bool has_contractions;
  int max_digits;
};

template <O200kForm kForm>
PatternPart o200k_part(const char* p, const char* end) {
  constexpr KindSet kSymbols = kAnyKind & ~(kLetterKinds | kSpaceKind | kNumberKind);
  if (const char* word_end = end_of_cased_word(p, end)) {
    const char* contraction = kForm.has_contractions ? end_of_contraction(word_end, end, true) : nullptr;
    return {contraction != nullptr ? contraction : word_end, true};
  }
  const ReadCharacter first = read_character(p);
  if (first.kind == CharacterKind::kNumber) return {skip_digits(first.end, end, kForm.max_digits - 1), true};
  if (is_in(first.kind, kSymbols)) return {end_of_symbols<kSymbols, true>(first.end, end), true};
  if (*p == ' ' && first.end < end) {
    const ReadCharacter second = read_character(first.end);
    if (is_in(second.kind, kSymbols)) return {end_of_symbols<kSymbols, true>(second.end, end), true};
  }
  return {end_of_lines_or_spaces(p, end), true};
}

// Makes a pattern of a function that returns the end of the match at `p`, or null.
template <const char* (*kMatchEnd)(const char* p, const char* end)>
PatternPart part_with_gaps(const char* p, const char* end) {
  if (const char* match_end = kMatchEnd(p, end)) return {match_end, true};
  do {
    next_code_point(p);
  } while (p < end && kMatchEnd(p, end) == nullptr);
  return {p, false};
}

const char* deepseek_match(const char* p, const char* end) {
  constexpr KindSet kWords = kLetterKinds | kMarkKind, kSymbols = kPunctuationKind | kSymbolKind;
  const ReadCharacter first = read_character(p);
  if (is_in(first.kind, kWords)) return skip_kinds<kWords>(first.end, end);
  if (first.end < end) {
    const bool is_ascii_pair = is_ascii(*p) && is_in(first.kind, kSymbols) && is_letter_of_ascii(*first.end);
    const ReadCharacter second = read_character(first.end);
    if (is_ascii_pair) {
      p = second.end;
      while (p < end && is_letter_of_ascii(*p)) ++p;
      return p;
    }
    if (is_in(second.kind, kWords) && !is_in(first.kind, kSymbols) && !is_line_end(*p)) {
      return skip_kinds<kWords>(second.end, end);
    }
    if (is_in(second.kind, kSymbols) && *p == ' ') return end_of_symbols<kSymbols, false>(second.end, end);
  }
  if (is_in(first.kind, kSymbols)) return end_of_symbols<kSymbols, false>(first.end, end);
  return first.kind == CharacterKind::kSpace ? end_of_lines_or_spaces(p, end) : nullptr;
}

template <int kMaxDigits>
const char* digits_match(const char* p, const char* end) {
  const char* const match_end = skip_digits(p, end, kMaxDigits);
  return match_end == p ? nullptr : match_end;
}

// \s?KINDS+
template <KindSet kKinds>
const char* run_after_space(const char* p, const char* end) {
  const ReadCharacter first = read_character(p);
  const char* const begin = first.kind == CharacterKind::kSpace ? first.end : p;
  const char* const match_end = skip_kinds<kKinds>(begin, end);
  return match_end == begin ? nullptr : match_end;
}

const char* line_end_match(const char* p, const char*) { return is_line_end(*p) ? p + 1 : nullptr; }

// Runs of the characters for which kContains is true, or each alone.
template <bool (*kContains)(char32_t), bool kIsEachAlone = false>
PatternPart class_part(const char* p, const char* end) {
  const bool is_match = kContains(next_code_point(p));
  while (p < end && !(is_match && kIsEachAlone)) {
    const char* next = p;
    if (kContains(next_code_point(next)) != is_match) break;
    p = next;
  }
  return {p, is_match};
}

bool is_han_or_kana(char32_t code) { return (code >= 0x4E00 && code <= 0x9FA5) || (code >= 0x3040 && code <= 0x30FF); }
bool is_east_asian(char32_t code) { return (code >= 0x800 && code <= 0x9FA5) || (code >= 0xAC00 && code <= 0xD7FF); }

// The class of Bloom, without the space that may come before.
bool is_bloom_character(char32_t code) {
  constexpr std::u32string_view kExcluded = U"(|.,!?\u2026\u3002\uFF0C\u3001\u0964\u06D4\u060C)";
  return CharacterKinds::get().of(code) != CharacterKind::kSpace && kExcluded.find(code) == std::u32string_view::npos;
}

const char* bloom_match(const char* p, const char* end) {
  if (*p == ' ') ++p;
  const char* match_end = p;
  for (const char* next = p; next < end && is_bloom_character(next_code_point(next));) match_end = next;
  return match_end == p ? nullptr : match_end;
}

// Letters and space are most of a text, and no table of Unicode changes them; the binary search is for the rest.
template <bool (*kContains)(char32_t)>
bool contains_beyond_letters(char32_t code) {
  if (code < 0x80) return kContains(code);
  return !is_in(CharacterKinds::get().of(code), kLetterKinds | kMarkKind | kSpaceKind) && kContains(code);
}

// gpt2_pattern(), qwen2_pattern() and llama3_pattern() are the first three.
constexpr SplitPatternRow kSplitPatterns[] = {
    {"GPT-2", R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)", gpt2_part, true},
    {"Qwen 2",
     R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
     cl100k_part<Cl100kForm{kLetterKinds, 1}>, true},
    {"Llama 3",
     R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
     cl100k_part<Cl100kForm{kLetterKinds, 3}>, true},
    {"Qwen 3.5",
     R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
     cl100k_part<Cl100kForm{kLetterKinds | kMarkKind, 1}>, true},
    {"GPT-2, shortened", R"('(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)", gpt2_part, true},
    {"GPT-4o",
     R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|)"
     R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|)"
     R"(\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
     o200k_part<O200kForm{true, 3}>, true},
    {"Mistral Nemo",
     R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|)"
     R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|)"
     R"(\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
     o200k_part<O200kForm{false, 1}>, true},
    {"DeepSeek V3",
     R"([!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|)"
     R"(\s*[\r\n]+|\s+(?!\S)|\s+)",
     part_with_gaps<deepseek_match>, false},
    {"DeepSeek V3, characters", "[\u4E00-\u9FA5\u3040-\u309F\u30A0-\u30FF]+", class_part<is_han_or_kana>, false},
    {"DeepSeek V3, numbers", R"(\p{N}{1,3})", part_with_gaps<digits_match<3>>, false},
    {"DeepSeek, characters", "[\u4E00-\u9FA5\u0800-\u4E00\uAC00-\uD7FF]+", class_part<is_east_asian>, false},
    {"DeepSeek Coder, letters", R"(\s?\p{L}+)", part_with_gaps<run_after_space<kLetterKinds>>, false},
    {"DeepSeek Coder, punctuation", R"(\s?\p{P}+)", part_with_gaps<run_after_space<kPunctuationKind>>, false},
    {"line ends", R"([\r\n])", part_with_gaps<line_end_match>, false},
    {"single numbers", R"(\p{N})", part_with_gaps<digits_match<1>>, false},
    {"Bloom", " ?[^(\\s|[.,!?\u2026\u3002\uFF0C\u3001\u0964\u06D4\u060C])]+", part_with_gaps<bloom_match>, false},
};

// Returns the expression with \r and \n for these characters themselves, which DeepSeek's files have in brackets.
std::string with_escaped_line_ends(std::string_view regex) {
  std::string result;
  for (char c : regex) {
    if (is_line_end(c)) {
      result += c == '\r' ? "\\r" : "\\n";
    } else {
      result += c;
    }
  }
  return result;
}

}  // namespace

std::span<const SplitPatternRow> split_patterns() { return kSplitPatterns; }

SplitPattern SplitPattern::make(std::string_view regex, const std::string& source) {
  const std::string wanted = with_escaped_line_ends(regex);
  for (const SplitPatternRow& row : kSplitPatterns) {
    if (row.regex == wanted) return SplitPattern(row.part_end);
  }
  return SplitPattern(std::make_shared<const Regex>(regex, source));
}

const SplitPatternRow& gpt2_pattern() { return kSplitPatterns[0]; }
const SplitPatternRow& qwen2_pattern() { return kSplitPatterns[1]; }
const SplitPatternRow& llama3_pattern() { return kSplitPatterns[2]; }

PartEnd digits_pattern(bool is_each_alone) {
  constexpr auto kContains = contains_beyond_letters<is_numeric>;
  return is_each_alone ? class_part<kContains, true> : class_part<kContains>;
}

PartEnd punctuation_pattern(bool is_each_alone) {
  constexpr auto kContains = contains_beyond_letters<is_punctuation>;
  return is_each_alone ? class_part<kContains, true> : class_part<kContains>;
}

}  // namespace hone::text
