// WordLevel has a token for each whole word.
#pragma once

#include <unordered_map>

#include "text/token_model.h"
#include "text/tokens_by_id.h"

namespace hone::text {

class WordLevel : public TokenModel {
 public:
  // If a token or an id occurs twice, the later entry is used. `source` names the vocabulary in errors.
  WordLevel(std::vector<VocabularyEntry> vocabulary, std::string unknown_token, std::string source);
  WordLevel(const WordLevel&) = delete;
  WordLevel& operator=(const WordLevel&) = delete;

  void tokenize(std::string_view word, std::vector<Token>& tokens) const override;
  std::optional<int32_t> token_id(std::string_view token) const override;
  std::optional<std::string_view> token(int32_t id) const override { return by_id_.find(id); }
  size_t num_tokens() const override { return ids_.size(); }
  int64_t highest_id() const override { return by_id_.highest_id(); }

 private:
  std::vector<VocabularyEntry> vocabulary_;
  TokensById by_id_;
  std::unordered_map<std::string_view, int32_t> ids_;  // by the tokens in vocabulary_
  std::string unknown_token_;
  std::string source_;
};

std::unique_ptr<TokenModel> make_word_level(const Json& settings, std::vector<VocabularyEntry> vocabulary,
                                            const VocabularyExtras& extras, const std::string& source);

}  // namespace hone::text
