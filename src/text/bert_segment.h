// The slow path of BertEncoder. Reads text character by character, sorts marks into canonical order and, if offsets are
// requested, tracks the origin of every byte.
#pragma once

#include <string>
#include <vector>

#include "text/bert_characters.h"
#include "text/token_buffer.h"

namespace hone::text {

// Receives the characters of a text in order, and appends the tokens of a word when the word ends.
class BertSegment {
 public:
  BertSegment(const BertCharacters& characters, const WordPiece& model, bool with_offsets, TokenBuffer& tokens)
      : characters_(characters), model_(model), with_offsets_(with_offsets), tokens_(tokens) {}

  // Handles one character, whose position is `origin`. Returns true if it ends the word before it and does not begin
  // another.
  bool take(char32_t code, Offset origin);

  // Ends the last word.
  void finish();

 private:
  using Fate = BertCharacters::Fate;

  // A non-starter that waits for the end of its run.
  struct Waiting {
    BertCharacters::Piece piece;
    Offset origin;
  };

  bool take_piece(const BertCharacters::Piece& piece, int32_t alone_id, Offset origin);
  void put_in_word(char32_t code, Offset origin);
  void add_alone(char32_t code, int32_t id, Offset origin);
  void end_run();
  void end_word();

  const BertCharacters& characters_;
  const WordPiece& model_;
  bool with_offsets_;
  TokenBuffer& tokens_;
  std::string word_;
  std::vector<Offset> origins_;  // of the word's bytes, with offsets only
  Offset last_origin_;
  std::vector<Waiting> run_;
  Offset run_base_;  // origin of the starter before the run
  std::vector<Token> word_tokens_;
};

}  // namespace hone::text
