// WordPiece takes the longest token at the start of a word, then the longest "##" token that continues it, and so on. A
// word becomes one unknown token if tokens do not cover it, or if it has more than 100 characters.
#pragma once

#include "text/token_model.h"
#include "text/token_trie.h"
#include "text/tokens_by_id.h"

namespace hone::text {

class WordPiece : public TokenModel {
 public:
  struct Settings {
    std::string unknown_token = "[UNK]";
    std::string continuing_prefix = "##";
    size_t max_characters = 100;  // of a word; longer words are unknown
  };

  // If a token or an id occurs twice, the later entry is used. `source` names the vocabulary in errors.
  WordPiece(std::vector<VocabularyEntry> vocabulary, Settings settings, std::string source);
  WordPiece(const WordPiece&) = delete;
  WordPiece& operator=(const WordPiece&) = delete;

  void tokenize(std::string_view word, std::vector<Token>& tokens) const override;
  std::optional<int32_t> token_id(std::string_view token) const override { return trie_.find(token); }
  std::optional<std::string_view> token(int32_t id) const override { return by_id_.find(id); }
  size_t num_tokens() const override { return num_tokens_; }
  int64_t highest_id() const override { return by_id_.highest_id(); }

  // A word with more bytes always has more than max_characters characters.
  size_t max_word_bytes() const { return max_word_bytes_; }
  std::optional<int32_t> find_unknown_id() const { return unknown_id_; }
  // Throws if the vocabulary has no unknown token.
  int32_t unknown_id() const;

 private:
  std::vector<VocabularyEntry> vocabulary_;
  TokensById by_id_;
  Settings settings_;
  std::string source_;
  TokenTrie trie_;
  TokenTrie::Node continuation_;
  std::optional<int32_t> unknown_id_;
  size_t num_tokens_ = 0;
  size_t max_word_bytes_ = 0;
};

std::unique_ptr<TokenModel> make_word_piece(const Json& settings, std::vector<VocabularyEntry> vocabulary,
                                            const VocabularyExtras& extras, const std::string& source);

}  // namespace hone::text
