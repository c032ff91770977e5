// Unicode properties exactly as in Hugging Face's tokenizers. The tables are made from its behaviour, because its Rust
// crates mix several versions of Unicode (tests/fixtures/make_tokenizer_unicode_tables.py).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace hone::text {

// Returns true for the characters that BertNormalizer's clean_text drops: Cc, Cf, Co and U+FFFD, except \t, \n and \r.
bool is_control(char32_t code);
bool is_whitespace(char32_t code);
// Returns true for ASCII punctuation and the categories P*.
bool is_punctuation(char32_t code);
bool is_nonspacing_mark(char32_t code);  // Mn
bool is_combining_mark(char32_t code);   // M*
bool is_word_character(char32_t code);   // \w of Rust's regex crate
bool is_chinese(char32_t code);          // the CJK blocks that BERT puts spaces around
bool is_numeric(char32_t code);          // Rust's char::is_numeric

// Returns a number for the script, which is the same for Han, Hiragana and Katakana, as in the pre-tokenizer
// UnicodeScripts; kAnyScript for a character without a script, or for a space.
inline constexpr int kAnyScript = 0;
int joined_script(char32_t code);

// Code points from first to last.
struct CodePointRange {
  char32_t first, last;
};
std::span<const CodePointRange> letter_ranges();  // \p{L} of Oniguruma
std::span<const CodePointRange> number_ranges();  // \p{N} of Oniguruma
std::span<const CodePointRange> whitespace_ranges();

// Returns the canonical combining class; 0 for a starter.
int combining_class(char32_t code);

struct CodePoints {
  char32_t codes[4];
  int count;
  const char32_t* begin() const { return codes; }
  const char32_t* end() const { return codes + count; }
};

// Returns the lower case of one character, without context: a final sigma becomes a plain one.
CodePoints to_lowercase(char32_t code);

// Returns the full canonical decomposition, or the character itself if it has none.
CodePoints canonical_decomposition(char32_t code);

// Hangul syllables are decomposed and composed by arithmetic (The Unicode Standard, section 3.12).
inline constexpr CodePointRange kHangulSyllables{0xAC00, 0xD7A3}, kHangulVowels{0x1161, 0x1175},
    kHangulTails{0x11A8, 0x11C2};
// Returns the syllable of two parts, or 0 if they make none.
char32_t hangul_composite(char32_t first, char32_t second);

// Returns true if the compatibility decomposition (NFKD) differs from the canonical one.
bool has_compatibility_decomposition(char32_t code);

// Returns a character that forms graphemes as this one does, for utf8proc: marks of Unicode 16 and 17, which utf8proc
// 2.6 does not know, become U+0300; other characters stay.
int32_t alike_in_graphemes(char32_t code);

// Return the characters with a canonical decomposition (without Hangul syllables) and those with a combining class
// other than 0, both in ascending order.
std::vector<char32_t> decomposable_characters();
std::vector<char32_t> combining_characters();

}  // namespace hone::text
