// The careful way through a stretch of text: character by character, with the canonical order of marks and, where
// asked for, the origin of every byte.
#pragma once

#include <string>
#include <vector>

#include "text/bert_characters.h"
#include "text/token_buffer.h"

namespace hone::text {

// Takes the characters of a text one after another and writes the tokens of each word as it ends.
class BertSegment {
 public:
  BertSegment(const BertCharacters& characters, const WordPiece& model, bool with_offsets, TokenBuffer& tokens)
      : characters_(characters), model_(model), with_offsets_(with_offsets), tokens_(tokens) {}

  // Takes one character, which lies at `origin`. Returns whether it ended the word before it and is no part of another.
  bool take(char32_t code, Offset origin);

  // Ends the last word.
  void finish();

 private:
  using Fate = BertCharacters::Fate;

  // A non-starter, waiting for the run that it belongs to to end.
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
