// Added tokens: special tokens such as [SEP], and words that a user added. The tokenizer finds them in the text before
// it applies the model. It searches the normalized text for the normalized form of `normalized` tokens.
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
#include "text/tokenizer.h"

namespace hone::text {

struct AddedToken {
  std::string content;
  bool single_word = false;  // does not match inside a word
  bool lstrip = false;       // includes the white space before it
  bool rstrip = false;       // includes the white space after it
  bool normalized = true;    // matches in the normalized text
  bool special = false;      // omitted by decode(skip_special_tokens)
  int32_t id = -1;
  std::string normalized_content;  // if `normalized`
};

// A part of a text: an added token, or the text between two of them (id -1).
struct TextPiece {
  int32_t id;
  size_t begin, end;  // bytes
};

// Finds added tokens in a text. Prefers the leftmost match, and at one position the longest.
class AddedTokenFinder {
 public:
  // Uses only the tokens whose `normalized` has the given value.
  AddedTokenFinder(std::span<const AddedToken> tokens, bool normalized);

  bool is_empty() const { return tokens_.empty(); }

  // Splits the whole text into parts. No special token overlaps the byte ranges `plain`, which are in order: there a
  // shorter token may match instead, or none.
  std::vector<TextPiece> split(std::string_view text, std::span<const Offset> plain = {}) const;

  bool has_special_tokens() const;

 private:
  struct Found {
    const AddedToken* token;
    size_t begin, end;
  };
  std::optional<Found> find(std::string_view text, size_t from, std::span<const Offset> plain) const;
  std::optional<Found> longest_allowed(std::string_view text, size_t begin, std::span<const Offset> plain) const;
  size_t next_candidate(std::string_view text, size_t from) const;

  std::vector<AddedToken> tokens_;
  TokenTrie trie_;  // ids are indices into tokens_
  std::array<bool, 256> is_first_byte_{};
  int only_first_byte_ = -1;  // if all tokens begin with the same byte
};

// The added tokens of a tokenizer, with the ids that the tokenizers library assigns.
class AddedTokens {
 public:
  // Adds `tokens` in order. A token of the model's vocabulary keeps its id; any other gets the next free id.
  AddedTokens(std::vector<AddedToken> tokens, const TokenModel& model, const Normalizer& normalizer);

  // Returns the tokens in ascending order of ids.
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
