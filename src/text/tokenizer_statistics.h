// Measures how a tokenizer divides texts, for the comparison of tokenizers.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "text/tokenizer.h"

namespace hone::text {

// Sums over texts, without the special tokens around them.
struct TokenizerStatistics {
  uint64_t bytes = 0;
  uint64_t characters = 0;   // without white space
  uint64_t words = 0;        // separated by white space
  uint64_t whole_words = 0;  // words that are one token
  uint64_t tokens = 0;
  uint64_t unknown = 0;  // tokens that stand for unknown characters or words
  double seconds = 0;    // to compute the ids

  // These are 0 if there is nothing to divide by.
  double tokens_per_word() const { return ratio(tokens, words); }
  double tokens_per_character() const { return ratio(tokens, characters); }
  double unknown_share() const { return ratio(unknown, tokens); }
  double whole_word_share() const { return ratio(whole_words, words); }
  double bytes_per_token() const { return ratio(bytes, tokens); }

 private:
  static double ratio(uint64_t part, uint64_t whole) {
    return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
  }
};

// Adds the texts, which are checked UTF-8. num_threads 0: all cores. Errors: as Tokenizer::encode.
void measure_tokenizer(const Tokenizer& tokenizer, std::span<const std::string_view> texts, int num_threads,
                       TokenizerStatistics& statistics);

}  // namespace hone::text
