// Byte-pair encoding: splits a word into characters, then merges pairs of adjacent tokens in the order in which
// training found them.
#pragma once

#include <unordered_map>

#include "text/bpe_word.h"
#include "text/token_model.h"
#include "text/tokens_by_id.h"

namespace hone::text {

class Bpe : public TokenModel {
 public:
  struct Settings {
    std::optional<std::string> unknown_token;
    std::string continuing_prefix;  // before each character but the first of a word
    std::string end_suffix;         // after the last character
    bool fuse_unknown = false;      // adjacent unknown characters become one token
    bool byte_fallback = false;     // an unknown character becomes tokens such as <0xE4>, if all its bytes have one
    bool ignore_merges = false;     // a word of the vocabulary is one token, whatever the merges say
  };

  // If a token, an id or a pair occurs twice, the later entry is used. `source` names the vocabulary in errors.
  // Errors: kInput for a merge that names no token, with its place.
  Bpe(std::vector<VocabularyEntry> vocabulary, const std::vector<MergeEntry>& merges, Settings settings,
      std::string source);
  Bpe(const Bpe&) = delete;
  Bpe& operator=(const Bpe&) = delete;

  // A character without a token is dropped if there is no unknown token, as in tokenizers.
  void tokenize(std::string_view word, std::vector<Token>& tokens) const override;
  std::optional<int32_t> token_id(std::string_view token) const override;
  std::optional<std::string_view> token(int32_t id) const override { return by_id_.find(id); }
  size_t num_tokens() const override { return ids_.size(); }
  int64_t highest_id() const override { return by_id_.highest_id(); }

  // Returns false if two tokens have the same id.
  bool has_one_token_per_id() const { return by_id_.num_ids() == ids_.size(); }

  const Settings& settings() const { return settings_; }
  const MergeTable& merges() const { return merges_; }

 private:
  void add_merge(const MergeEntry& merge, size_t index);
  std::vector<Symbol> symbols_of(std::string_view word) const;
  bool add_bytes(std::string_view text, std::vector<Symbol>& symbols) const;
  void add_unknown(uint32_t length, Symbol& pending, std::vector<Symbol>& symbols) const;

  std::vector<VocabularyEntry> vocabulary_;
  TokensById by_id_;
  std::unordered_map<std::string_view, int32_t> ids_;  // by the tokens in vocabulary_
  MergeTable merges_;
  Settings settings_;
  std::string source_;
};

std::unique_ptr<TokenModel> make_bpe(const Json& settings, std::vector<VocabularyEntry> vocabulary,
                                     const VocabularyExtras& extras, const std::string& source);

}  // namespace hone::text
