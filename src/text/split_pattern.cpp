// An automaton tries the alternatives of its expression in their order. Which alternative matches depends on the kinds
// of the first two characters, so there is no backtracking.
#include "text/split_pattern.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <bit>

#include "base/error.h"
#include "text/character_kind.h"

namespace hone::text {

namespace {

constexpr bool is_letter_of_ascii(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

constexpr CharacterKind kind_of_ascii(char c) {
  if (is_letter_of_ascii(c)) return CharacterKind::kLetter;
  if (c >= '0' && c <= '9') return CharacterKind::kNumber;
  return c == ' ' || (c >= '\t' && c <= '\r') ? CharacterKind::kSpace : CharacterKind::kOther;
}

constexpr std::array<CharacterKind, 128> kAsciiKinds = [] {
  std::array<CharacterKind, 128> kinds{};
  for (size_t c = 0; c < kinds.size(); ++c) kinds[c] = kind_of_ascii(static_cast<char>(c));
  return kinds;
}();

bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }
bool is_line_end(char c) { return c == '\r' || c == '\n'; }

struct ReadCharacter {
  CharacterKind kind;
  const char* end;
};

ReadCharacter read_character(const char* p) {
  if (is_ascii(*p)) return {kAsciiKinds[static_cast<unsigned char>(*p)], p + 1};
  const char32_t code = next_code_point(p);
  return {CharacterKinds::get().of(code), p};
}

const char* skip_kind(const char* p, const char* end, CharacterKind kind) {
  while (p < end) {
    const ReadCharacter next = read_character(p);
    if (next.kind != kind) break;
    p = next.end;
  }
  return p;
}

// Returns the number of ASCII letters before the first other byte, at most 16. Reads 16 bytes.
size_t count_ascii_letters(const char* bytes) {
#ifdef __SSE2__
  const __m128i folded = _mm_or_si128(_mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes)), _mm_set1_epi8(0x20));
  // Signed comparisons: bytes of 0x80 and up are negative.
  const __m128i is_letter =
      _mm_and_si128(_mm_cmpgt_epi8(folded, _mm_set1_epi8('a' - 1)), _mm_cmplt_epi8(folded, _mm_set1_epi8('z' + 1)));
  return static_cast<size_t>(std::countr_one(static_cast<uint32_t>(_mm_movemask_epi8(is_letter))));
#else
  size_t count = 0;
  while (count < 16 && is_letter_of_ascii(bytes[count])) ++count;
  return count;
#endif
}

const char* skip_letters(const char* p, const char* end) {
  while (end - p >= 16) {
    const size_t count = count_ascii_letters(p);
    p += count;
    if (count == 16) continue;
    if (is_ascii(*p)) return p;
    const ReadCharacter next = read_character(p);
    if (next.kind != CharacterKind::kLetter) return p;
    p = next.end;
  }
  return skip_kind(p, end, CharacterKind::kLetter);
}

char to_lower_ascii(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

// Returns the end of 's, 't, 're, 've, 'm, 'll or 'd at the apostrophe `p`, or null.
const char* end_of_contraction(const char* p, const char* end, bool ignore_case) {
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

// [^\s\p{L}\p{N}]*[\r\n]*
const char* end_of_symbols(const char* p, const char* end) {
  p = skip_kind(p, end, CharacterKind::kOther);
  while (p < end && is_line_end(*p)) ++p;
  return p;
}

const char* end_of_digits(const char* p, const char* end, int max_digits) {
  for (int i = 0; i < max_digits && p < end; ++i) {
    const ReadCharacter next = read_character(p);
    if (next.kind != CharacterKind::kNumber) break;
    p = next.end;
  }
  return p;
}

const char* gpt2_word_end(const char* p, const char* end) {
  if (*p == '\'') {
    if (const char* contraction = end_of_contraction(p, end, false)) return contraction;
  }
  const char* first = *p == ' ' ? p + 1 : p;
  if (first == end) return end;
  const ReadCharacter read = read_character(first);
  switch (read.kind) {
    case CharacterKind::kLetter:
      return skip_letters(read.end, end);
    case CharacterKind::kSpace:
      return end_of_spaces(p, end);
    default:
      return skip_kind(read.end, end, read.kind);
  }
}

// The expression of cl100k, which Llama 3 and Qwen use with different numbers of digits.
template <int kMaxDigits>
const char* cl100k_word_end(const char* p, const char* end) {
  if (*p == '\'') {
    if (const char* contraction = end_of_contraction(p, end, true)) return contraction;
  }
  const ReadCharacter first = read_character(p);
  if (first.kind == CharacterKind::kLetter) return skip_letters(first.end, end);
  if (first.kind == CharacterKind::kNumber) return end_of_digits(first.end, end, kMaxDigits - 1);
  if (first.end < end) {
    const ReadCharacter second = read_character(first.end);
    if (second.kind == CharacterKind::kLetter && !is_line_end(*p)) return skip_letters(second.end, end);
    if (second.kind == CharacterKind::kOther && *p == ' ') return end_of_symbols(second.end, end);
  }
  return first.kind == CharacterKind::kOther ? end_of_symbols(first.end, end) : end_of_lines_or_spaces(p, end);
}

// gpt2_pattern(), qwen2_pattern() and llama3_pattern() are the first three.
constexpr SplitPatternRow kSplitPatterns[] = {
    {"GPT-2", R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)", gpt2_word_end},
    {"Qwen 2",
     R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
     cl100k_word_end<1>},
    {"Llama 3",
     R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
     cl100k_word_end<3>},
    {"GPT-2, shortened", R"('(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)", gpt2_word_end},
};

}  // namespace

std::span<const SplitPatternRow> split_patterns() { return kSplitPatterns; }

const SplitPatternRow& find_split_pattern(std::string_view regex, const std::string& source) {
  std::string known;
  for (const SplitPatternRow& row : kSplitPatterns) {
    if (row.regex == regex) return row;
    known += fmt::format("{}{}", known.empty() ? "" : "; ", row.name);
  }
  throw Error(ErrorKind::kUnsupported, fmt::format("{}: unknown regular expression \"{}\"", source, regex),
              fmt::format("hone splits by the expressions of these tokenizers only: {}", known));
}

const SplitPatternRow& gpt2_pattern() { return kSplitPatterns[0]; }
const SplitPatternRow& qwen2_pattern() { return kSplitPatterns[1]; }
const SplitPatternRow& llama3_pattern() { return kSplitPatterns[2]; }

}  // namespace hone::text
