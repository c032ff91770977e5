// Unicode properties exactly as Hugging Face's tokenizers has them: tables made from its behaviour, since its Rust
// crates mix several versions of Unicode (tests/fixtures/make_tokenizer_unicode_tables.py).
#pragma once

#include <cstdint>

namespace hone::text {

// What BertNormalizer's clean_text drops: Cc, Cf, Co, U+FFFD - but not \t, \n, \r.
bool is_control(char32_t code);
bool is_whitespace(char32_t code);
// ASCII punctuation and the categories P*.
bool is_punctuation(char32_t code);
bool is_nonspacing_mark(char32_t code);  // Mn
bool is_combining_mark(char32_t code);   // M*
bool is_word_character(char32_t code);   // \w of Rust's regex crate
bool is_chinese(char32_t code);          // the CJK blocks that BERT puts spaces around

// Canonical combining class; 0 for a starter.
int combining_class(char32_t code);

struct CodePoints {
  char32_t codes[4];
  int count;
  const char32_t* begin() const { return codes; }
  const char32_t* end() const { return codes + count; }
};

// The character's own lower case (no context: a final sigma stays a plain one).
CodePoints to_lowercase(char32_t code);

// The full canonical decomposition; the character itself where it has none.
CodePoints canonical_decomposition(char32_t code);

}  // namespace hone::text
