// Added tokens, which are found in the text before the model sees it: special tokens such as [SEP], or words that a
// user added. A `normalized` token is searched for in the normalized text, in its own normalized form.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "text/normalizers.h"
#include "text/token_model.h"
#include "text/token_trie.h"

namespace hone::text {

struct AddedToken {
  std::string content;
  bool single_word = false;  // not inside a word
  bool lstrip = false;       // takes the white space before it
  bool rstrip = false;       // takes the white space after it
  bool normalized = true;    // looked for in normalized text
  bool special = false;      // omitted by decode(skip_special_tokens)
  int32_t id = -1;
  std::string normalized_content;  // if `normalized`
};

// A part of a text: an added token, or the text between two of them (id -1).
struct TextPiece {
  int32_t id;
  size_t begin, end;  // bytes
};

// Finds added tokens in a text: the leftmost one, and of several at one position the longest.
class AddedTokenFinder {
 public:
  // Takes the tokens whose `normalized` has the given value.
  AddedTokenFinder(std::span<const AddedToken> tokens, bool normalized);

  bool is_empty() const { return tokens_.empty(); }

  // Splits the whole text into parts.
  std::vector<TextPiece> split(std::string_view text) const;

 private:
  struct Found {
    const AddedToken* token;
    size_t begin, end;
  };
  std::optional<Found> find(std::string_view text, size_t from) const;
  size_t next_candidate(std::string_view text, size_t from) const;

  std::vector<AddedToken> tokens_;
  TokenTrie trie_;  // ids are indices into tokens_
  std::array<bool, 256> is_first_byte_{};
  int only_first_byte_ = -1;  // if all tokens begin with the same byte
};

// The added tokens of a tokenizer, with the ids that the tokenizers library gives them.
class AddedTokens {
 public:
  // Adds `tokens` in order: a token that the model knows keeps its id, another takes the next free one.
  AddedTokens(std::vector<AddedToken> tokens, const TokenModel& model, const Normalizer& normalizer);

  // In ascending order of ids.
  const std::vector<AddedToken>& tokens() const { return tokens_; }
  const AddedToken* find(int32_t id) const;
  const AddedToken* find(std::string_view content) const;
  const AddedTokenFinder& raw() const { return raw_; }
  const AddedTokenFinder& normalized() const { return normalized_; }

 private:
  std::vector<AddedToken> tokens_;
  AddedTokenFinder raw_, normalized_;
};

}  // namespace hone::text
