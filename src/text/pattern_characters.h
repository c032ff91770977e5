// Reads and skips characters of UTF-8 by their kinds, for the automata of split_pattern.cpp. Runs of ASCII letters are
// skipped 16 bytes at a time.
#pragma once

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <array>
#include <bit>
#include <cstddef>

#include "text/character_kind.h"

namespace hone::text {

constexpr bool is_letter_of_ascii(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

constexpr CharacterKind kind_of_ascii(char c) {
  if (c >= 'a' && c <= 'z') return CharacterKind::kLower;
  if (c >= 'A' && c <= 'Z') return CharacterKind::kUpper;
  if (c >= '0' && c <= '9') return CharacterKind::kNumber;
  if (c == ' ' || (c >= '\t' && c <= '\r')) return CharacterKind::kSpace;
  if (c < ' ' || c > '~') return CharacterKind::kOther;
  constexpr std::string_view kSymbols = "$+<=>^`|~";
  return kSymbols.find(c) != std::string_view::npos ? CharacterKind::kSymbol : CharacterKind::kPunctuation;
}

constexpr std::array<CharacterKind, 128> kAsciiKinds = [] {
  std::array<CharacterKind, 128> kinds{};
  for (size_t c = 0; c < kinds.size(); ++c) kinds[c] = kind_of_ascii(static_cast<char>(c));
  return kinds;
}();

inline bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }
inline bool is_line_end(char c) { return c == '\r' || c == '\n'; }

struct ReadCharacter {
  CharacterKind kind;
  const char* end;
};

[[gnu::always_inline]] inline ReadCharacter read_character(const char* p) {
  if (is_ascii(*p)) return {kAsciiKinds[static_cast<unsigned char>(*p)], p + 1};
  const char32_t code = next_code_point(p);
  return {CharacterKinds::get().of(code), p};
}

// Returns the number of ASCII letters before the first other byte, at most 16. Reads 16 bytes.
inline size_t count_ascii_letters(const char* bytes) {
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

// Returns the end of the run of characters of these kinds at `p`, which may be `end`.
template <KindSet kKinds>
const char* skip_kinds(const char* p, const char* end) {
  if constexpr ((kKinds & kUpperKind) != 0 && (kKinds & kLowerKind) != 0) {
    while (end - p >= 16) {
      const size_t count = count_ascii_letters(p);
      p += count;
      if (count == 16) continue;
      const ReadCharacter next = read_character(p);
      if (!is_in(next.kind, kKinds)) return p;
      p = next.end;
    }
  }
  while (p < end) {
    const ReadCharacter next = read_character(p);
    if (!is_in(next.kind, kKinds)) break;
    p = next.end;
  }
  return p;
}

// Returns the end of a run of at most `max_count` characters of \p{N}.
inline const char* skip_digits(const char* p, const char* end, int max_count) {
  for (int i = 0; i < max_count && p < end; ++i) {
    const ReadCharacter next = read_character(p);
    if (next.kind != CharacterKind::kNumber) break;
    p = next.end;
  }
  return p;
}

}  // namespace hone::text
