// Trains the vocabulary and the merges of BPE, and the vocabulary of WordPiece, which tokenizers trains in the same way
// with a prefix. Equals BpeTrainer of tokenizers 0.23 (models/bpe/trainer.rs): the most frequent pair merges first, of
// equally frequent ones that with the lower ids. Where BpeTrainer follows the order of a hash map, which differs from
// run to run, this one is fixed: characters with a prefix or suffix are numbered by code point, and limit_alphabet
// keeps the lower one of two equally frequent characters.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "text/token_model.h"
#include "text/word_table.h"

namespace hone::text {

struct MergeTrainerSettings {
  size_t vocab_size = 30000;
  uint64_t min_frequency = 0;  // of a pair that merges
  std::vector<std::string> special_tokens;
  std::optional<size_t> limit_alphabet;    // characters at most; the words lose rarer ones
  std::u32string initial_alphabet;         // characters that have a token even if no word has them
  std::string continuing_prefix;           // before each character but the first of a word
  std::string end_suffix;                  // after the last character of a word
  std::optional<size_t> max_token_length;  // merged tokens are shorter than this many characters
};

struct TrainedMerges {
  std::vector<std::string> tokens;  // by id: special tokens, characters, then merged tokens
  std::vector<MergeEntry> merges;
};

// Time is proportional to the bytes of the distinct words and to the changes that merges make to them. Shows a progress
// bar. Error (kUsage): vocab_size has no room for the special tokens and the characters.
TrainedMerges train_merges(std::span<const WordCount> words, const MergeTrainerSettings& settings);

}  // namespace hone::text
