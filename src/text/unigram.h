// Unigram divides a word into the tokens whose scores have the highest sum (Kudo, "Subword Regularization", arXiv
// 1804.10959), as tokenizers' Unigram does. A character that no token covers costs kUnknownPenalty more than the least
// likely token; neighbouring ones are one unknown token.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "text/double_array.h"
#include "text/token_model.h"

namespace hone::text {

// A token and its score, the logarithm of its probability. Its id is its place in the vocabulary.
using ScoredToken = std::pair<std::string, double>;

class Unigram final : public TokenModel {
 public:
  struct Settings {
    std::optional<int32_t> unknown_id;
    bool byte_fallback = false;  // an unknown character becomes the tokens <0x00> to <0xFF> of its bytes
  };

  // If a token occurs twice, its later id is used. `source` names the vocabulary in errors. Errors (kInput): an
  // unknown_id that no token has, a score that is not finite.
  Unigram(std::vector<ScoredToken> vocabulary, Settings settings, std::string source);

  // Time grows with the length of the word times that of the longest token.
  void tokenize(std::string_view word, std::vector<Token>& tokens) const override;
  std::optional<int32_t> token_id(std::string_view token) const override { return trie_.find(token); }
  std::optional<std::string_view> token(int32_t id) const override;
  size_t num_tokens() const override { return vocabulary_.size(); }
  int64_t highest_id() const override { return static_cast<int64_t>(vocabulary_.size()) - 1; }

 private:
  // The best way to cover the word up to a byte: the last token of it.
  struct Step {
    double score = 0;
    uint32_t begin = 0;
    int32_t id = -1;  // -1: no way was found yet
  };

  void find_steps(std::string_view word, std::vector<Step>& steps) const;
  int32_t unknown_id() const;
  void resolve_unknown(std::string_view word, size_t first, std::vector<Token>& tokens) const;
  void add_unknown(std::string_view word, uint32_t begin, uint32_t end, std::vector<Token>& tokens) const;

  std::vector<ScoredToken> vocabulary_;
  Settings settings_;
  std::string source_;
  DoubleArray trie_;
  std::vector<double> scores_;  // beside vocabulary_
  double unknown_score_ = 0;
  std::vector<int32_t> byte_ids_;  // of <0x00> to <0xFF>, -1 if one is missing; empty without byte_fallback
};

std::unique_ptr<TokenModel> make_unigram(const Json& settings, std::vector<VocabularyEntry> vocabulary,
                                         const VocabularyExtras& extras, const std::string& source);

}  // namespace hone::text
