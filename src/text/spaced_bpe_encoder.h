// BPE of characters with byte fallback in one pass over the text, for tokenizers that replace spaces by U+2581 and do
// not split further (Llama 2, Mistral, Gemma). A cache of the thread has the ids of short words, and GreedyBpe finds
// those of the others.
//
// Such a tokenizer merges the whole text at once, but the text can be cut where no merge crosses. The first merge over
// a place would join a token that ends there with one that begins there. If no merge has a left token that ends with
// the character before the place and a right one that begins with the character behind it, no merge ever crosses; what
// happens on one side then depends on that side only, so each side alone has the same tokens. In these vocabularies no
// merge joins another character with a U+2581 behind it: a word is a run of spaces with the characters up to the next
// space. A vocabulary that has such merges is asked at each place (MergeBorders). Long words are cut in the same way.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "text/bpe.h"
#include "text/greedy_bpe.h"
#include "text/merge_borders.h"
#include "text/token_buffer.h"
#include "text/word_batch.h"

namespace hone::text {

class SpacedBpeEncoder {
 public:
  // Returns null if the parts do more than to replace spaces and to put U+2581 before a text, if a character may lack
  // tokens, or if merges are ignored. `model` must outlive the encoder.
  static std::unique_ptr<SpacedBpeEncoder> make(const Json& normalizer, const Json& pre_tokenizer,
                                                const TokenModel& model);

  // Appends the ids of `text`, which is checked UTF-8 and begins at byte `begin` of the whole text.
  void encode(std::string_view text, uint32_t begin, bool with_offsets, TokenBuffer& tokens) const;

 private:
  using Word = WordBatch::Word;

  // Whether U+2581 is put before a text.
  enum class Prefix { kNever, kAlways, kUnlessSpace, kUnlessSpaceAtStart };

  struct Spacing {
    Prefix prefix = Prefix::kNever;
    bool splits = false;  // each space begins a word of its own
  };

  class OffsetWriter;

  SpacedBpeEncoder(const Bpe& model, Spacing spacing);
  static std::optional<Spacing> spacing_of(const Json& normalizer, const Json& pre_tokenizer);
  bool read_tokens();
  bool read_merges(const std::vector<std::string>& texts);
  bool adds_prefix(std::string_view text, uint32_t begin) const;
  const char* word_end(const char* begin, const char* end) const;
  int32_t unit_of(std::string_view character) const;
  void add_word(std::string_view word, TokenBuffer& tokens) const;
  void add_known(std::string_view characters, TokenBuffer& tokens) const;

  const Bpe& model_;
  Spacing spacing_;
  WordBatch::Owners owners_;
  std::array<int32_t, 256> byte_ids_{};   // of <0x00> to <0xFF>
  std::array<int32_t, 128> ascii_ids_{};  // of characters; -1: none. A space has the id of U+2581
  std::vector<uint32_t> lengths_;         // characters of each token, by id; 0: a byte
  std::optional<GreedyBpe> greedy_;       // null if merges may happen in another order than that of their ranks
  MergeBorders borders_;                  // of texts with spaces
  bool joins_before_space_ = false;       // some merge joins another character with a space behind it
};

}  // namespace hone::text
