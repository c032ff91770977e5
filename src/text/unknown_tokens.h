// How much of a text a tokenizer does not know: text in another language or script becomes [UNK], and predictions on it
// mean little.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "text/tokenizer.h"

namespace hone::text {

struct UnknownTokens {
  uint64_t unknown = 0;
  uint64_t total = 0;  // tokens of the texts, without the special tokens around them

  void add(const UnknownTokens& other);
  // More than a tenth: users get a warning.
  bool are_many() const { return unknown * 10 > total; }
  // "13 of 20 tokens (65.0 %) are unknown to the tokenizer ([UNK]) ...": a warning about many unknown tokens.
  std::string note() const;
};

// Counts the unknown tokens among `ids`, `num_special` of which are special tokens around texts. All 0 if the tokenizer
// has no unknown token.
UnknownTokens count_unknown_tokens(const Tokenizer& tokenizer, std::span<const int32_t> ids, size_t num_special);

}  // namespace hone::text
