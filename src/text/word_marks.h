// Which tokens of a sequence begin a word, from the tokens alone: files of ids keep no offsets.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "text/tokenizer.h"

namespace hone::text {

// WordPiece marks a token inside a word ("##ing"), byte-level BPE and SentencePiece one that follows a space. Beside
// these marks a word ends where the kind of character changes between letters, digits and others, as the patterns of
// the pre-tokenizers split "can't" and "end.".
class WordMarks {
 public:
  // Error (kUnsupported): the tokenizer's tokens have no such marks.
  explicit WordMarks(const Tokenizer& tokenizer);

  // Returns whether token `id` begins a word behind token `previous`. Special tokens do.
  bool begins_word(int32_t previous, int32_t id) const;
  // Returns the text of a token without its mark; of byte-level BPE the bytes.
  const std::string& text(int32_t id) const { return tokens_[static_cast<size_t>(id)].text; }

 private:
  enum class Kind : uint8_t { kLetters, kDigits, kOthers };
  struct Token {
    std::string text;
    bool is_marked = true;  // it begins a word whatever stands before it
    Kind first = Kind::kOthers, last = Kind::kOthers;
  };

  static std::pair<Kind, Kind> kinds_at_ends(const std::string& text);

  std::vector<Token> tokens_;  // by id
};

}  // namespace hone::text
