// Trains a tokenizer on texts that come in blocks: counts their words, then trains the vocabulary. Equals the trainers
// of tokenizers 0.23 on the same texts (merge_trainer.h and unigram_trainer.h say where they differ).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "text/tokenizer.h"
#include "text/trainer_options.h"

namespace hone::text {

class TokenizerTrainer {
 public:
  // Errors (kUsage): an unknown kind or split_pattern; an unknown token that is not a special token.
  explicit TokenizerTrainer(const TrainerOptions& options);
  ~TokenizerTrainer();
  TokenizerTrainer(const TokenizerTrainer&) = delete;
  TokenizerTrainer& operator=(const TokenizerTrainer&) = delete;

  // Counts the words of the texts, which are checked UTF-8. Errors (kInput): more than max_words distinct words.
  void add(std::span<const std::string_view> texts);

  struct Trained {
    Tokenizer tokenizer;  // save() writes its files
    uint64_t num_words = 0, num_distinct_words = 0;
    int64_t wanted_size = 0;  // the vocabulary is smaller if the texts have no more tokens
  };

  // Trains the vocabulary. Call it once, after the last add(). Errors: kInput if the texts have no words, kUsage if the
  // vocabulary has no room for special tokens and characters.
  Trained train();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hone::text
