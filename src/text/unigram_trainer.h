// Trains the vocabulary of Unigram (Kudo, arXiv 1804.10959) as UnigramTrainer of tokenizers 0.23 does
// (models/unigram/trainer.rs): begins with the frequent substrings, estimates their probabilities by EM and prunes
// those that the likelihood misses least. Expected counts are summed in fixed point, so that the result is equal at any
// number of threads; those of tokenizers differ in the last bits from run to run.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "text/unigram.h"
#include "text/word_table.h"

namespace hone::text {

struct UnigramTrainerSettings {
  size_t vocab_size = 8000;
  std::vector<std::string> special_tokens;
  std::u32string initial_alphabet;       // characters that have a token even if no word has them
  std::optional<std::string> unk_token;  // gets the id 0 if it is not a special token
  double shrinking_factor = 0.75;        // share of the tokens that one round of pruning keeps
  int n_sub_iterations = 2;              // steps of EM before a round of pruning
  size_t max_piece_length = 16;          // characters of a token
  size_t seed_size = 1'000'000;          // tokens that the training starts with
  int num_threads = 0;                   // 0: all cores
};

struct TrainedUnigram {
  std::vector<ScoredToken> vocabulary;  // special tokens, then the others by their scores
  std::optional<int32_t> unknown_id;
};

// Shows a progress bar. Error (kUsage): vocab_size has no room for the special tokens and the characters.
TrainedUnigram train_unigram(std::span<const WordCount> words, const UnigramTrainerSettings& settings);

}  // namespace hone::text
