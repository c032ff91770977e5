// The model part of a tokenizer: it turns one word of normalized text into tokens. token_models() lists the known
// kinds, named as in tokenizer.json.
#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"

namespace hone::text {

// A token and the bytes of its word that it covers.
struct Token {
  int32_t id = -1;
  uint32_t begin = 0, end = 0;
};

// A token and its id, in the file's order.
using VocabularyEntry = std::pair<std::string, int32_t>;

// Two tokens of a BPE model that merge into one; earlier entries merge first.
struct MergeEntry {
  std::string left, right;
  size_t line = 0;  // of the merges.txt beside the vocabulary; 0 for tokenizer.json
  friend bool operator==(const MergeEntry&, const MergeEntry&) = default;
};

// What the vocabularies of some kinds hold beside the tokens.
struct VocabularyExtras {
  std::vector<MergeEntry> merges;  // of BPE
  std::vector<double> scores;      // of Unigram, one for each token
};

class TokenModel {
 public:
  virtual ~TokenModel() = default;

  // Appends the tokens of `word`. Throws kInput if the word is unknown and the vocabulary has no unknown token.
  virtual void tokenize(std::string_view word, std::vector<Token>& tokens) const = 0;
  virtual std::optional<int32_t> token_id(std::string_view token) const = 0;
  // Returns nullopt if no token has this id.
  virtual std::optional<std::string_view> token(int32_t id) const = 0;
  virtual size_t num_tokens() const = 0;   // as tokenizers counts them: Unigram's with repeated ones, others' without
  virtual int64_t highest_id() const = 0;  // -1 if there are no tokens
};

struct TokenModelRow {
  std::string_view name;  // "type" in tokenizer.json
  std::string_view doc;
  // `settings` is the model's JSON without its vocabulary and merges. Error messages begin with `source`.
  std::unique_ptr<TokenModel> (*make)(const Json& settings, std::vector<VocabularyEntry> vocabulary,
                                      const VocabularyExtras& extras, const std::string& source);
};

std::span<const TokenModelRow> token_models();

// Errors: kUnsupported for a type without a row, naming `source`.
std::unique_ptr<TokenModel> make_token_model(const Json& settings, std::vector<VocabularyEntry> vocabulary,
                                             const VocabularyExtras& extras, const std::string& source);

}  // namespace hone::text
