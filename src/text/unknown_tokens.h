// Counts the tokens that a tokenizer does not know. Text in another language or script becomes [UNK], and predictions
// on it mean little.
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
  // Returns true if more than a tenth of the tokens are unknown, which users should know.
  bool are_many() const { return unknown * 10 > total; }
  // Returns a warning: "13 of 20 tokens (65.0 %) are unknown to the tokenizer ([UNK]) ...".
  std::string note() const;
};

// Counts the unknown tokens among `ids`. `num_special` of the ids are special tokens around texts. Returns zeros if the
// tokenizer has no unknown token.
UnknownTokens count_unknown_tokens(const Tokenizer& tokenizer, std::span<const int32_t> ids, size_t num_special);

}  // namespace hone::text
