// Which tokens may follow a text that a grammar bounds. V tokens of the vocabulary.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "grammar/automaton.h"
#include "text/tokenizer.h"

namespace hone::grammar {

// Tokens in the order of their bytes, so that those with a common beginning are tested together.
class SortedTokens {
 public:
  // `bytes` by id; tokens without bytes are left out.
  explicit SortedTokens(const std::vector<std::string>& bytes);

  struct Token {
    int32_t id = 0;
    uint32_t common = 0;  // the bytes that it shares with the token before it
    std::string bytes;
  };
  std::span<const Token> tokens() const { return tokens_; }

 private:
  std::vector<Token> tokens_;
};

// Texts of one grammar, written with one tokenizer. Not for several threads at once: it keeps what it has found.
class TokenMasks {
 public:
  // Errors: those of Automaton; kUnsupported for a tokenizer whose decoding changes spaces.
  TokenMasks(const Grammar& grammar, const text::Tokenizer& tokenizer);

  // A text so far.
  struct Text {
    Automaton::State state = Automaton::kDead;
    bool is_empty = true;
  };
  Text begin() const { return {automaton_.begin(), true}; }
  // Returns the text with one more token, which must be allowed.
  Text with(const Text& text, int32_t token);

  bool accepts(const Text& text) const { return automaton_.accepts(text.state); }
  // Returns whether nothing may follow.
  bool is_complete(const Text& text) const { return automaton_.is_complete(text.state); }
  // Returns the fewest bytes that make the text fit; a tokenizer may need as many tokens.
  int64_t shortest(const Text& text) const { return automaton_.shortest(text.state); }

  // Gives the scores [V] of tokens that may not follow -infinity. Of those that leave a text that `tokens_left` - 1
  // more bytes make fit, all may follow; so an answer of limited length fits too. `stop_ids` may follow a text that
  // fits. Error (kInput): no token may follow.
  void apply(const Text& text, int64_t tokens_left, std::span<const int32_t> stop_ids, std::span<float> scores);

 private:
  struct Mask {
    std::vector<uint64_t> bits;  // by id
    int64_t farthest = 0;        // the largest shortest() of the texts that its tokens make
  };

  const SortedTokens& tokens_of(const Text& text) const { return text.is_empty && first_ ? *first_ : later_; }
  const Mask& mask_of(const Text& text);
  std::string bytes_after(Automaton::State state);  // for messages
  Mask computed(const Text& text, int64_t farthest);

  Automaton automaton_;
  std::vector<std::string> first_bytes_, later_bytes_;  // by id
  SortedTokens later_;
  std::unique_ptr<SortedTokens> first_;  // null: as later_
  std::string source_;
  std::unordered_map<int64_t, Mask> masks_;
};

}  // namespace hone::grammar
