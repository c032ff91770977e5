// The characters that the training of merges starts with, and the words as ids of these characters.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "text/merge_trainer.h"

namespace hone::text {

// The tokens of a training, in the order of their ids.
class TrainingTokens {
 public:
  // Returns the id of the token, which is added if it is new. `length`: the characters of words that it covers.
  uint32_t add(const std::string& token, uint32_t length);

  bool contains(const std::string& token) const { return ids_.contains(token); }
  size_t size() const { return tokens_.size(); }
  const std::string& text(uint32_t id) const { return tokens_[id]; }
  size_t length(uint32_t id) const { return lengths_[id]; }
  std::vector<std::string> take() { return std::move(tokens_); }

 private:
  std::vector<std::string> tokens_;
  std::vector<uint32_t> lengths_;
  std::unordered_map<std::string, uint32_t> ids_;
};

// The words, each a row of ids. Merges shorten the rows in place.
struct TrainingWords {
  std::vector<uint32_t> ids;
  std::vector<uint64_t> begins;   // of each word in `ids`
  std::vector<uint32_t> lengths;  // of each word now
  std::vector<int64_t> counts;

  size_t size() const { return lengths.size(); }
  std::span<uint32_t> row(size_t word) { return {ids.data() + begins[word], lengths[word]}; }
};

// Adds the special tokens and the characters to `tokens`, and returns the words of at least two characters.
// Error (kUsage): vocab_size has no room for these tokens.
TrainingWords start_training(std::span<const WordCount> words, const MergeTrainerSettings& settings,
                             TrainingTokens& tokens);

}  // namespace hone::text
