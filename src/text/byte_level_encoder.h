// Byte-level BPE in one pass over the bytes: patterns find each word, a cache of the thread has the ids of short words,
// and GreedyBpe finds those of the others. A long word is first cut at the borders between characters that no merge
// crosses, so that the cache knows most of its parts (Chinese has no spaces).
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "text/bpe.h"
#include "text/greedy_bpe.h"
#include "text/merge_borders.h"
#include "text/split_pattern.h"
#include "text/token_buffer.h"
#include "text/word_batch.h"

namespace hone::text {

class ByteLevelEncoder {
 public:
  // Returns null if these parts do more than patterns that keep all text, then ByteLevel, and a BPE model without
  // prefix and suffix. `model` must outlive the encoder.
  static std::unique_ptr<ByteLevelEncoder> make(const Json& pre_tokenizer, const TokenModel& model);

  ByteLevelEncoder(const Bpe& model, std::vector<SplitPattern> patterns, bool adds_space);

  // Appends the ids of `text`, which is checked UTF-8 and normalized.
  void encode(std::string_view text, TokenBuffer& tokens) const;

  // Returns false if the model lacks a byte, or has two tokens of one id.
  bool has_offsets() const { return knows_bytes_; }
  // Adds offsets and words too. `begin` is the place of `text` in the whole text; the normalizer changed nothing.
  // Expects has_offsets().
  void encode_with_offsets(std::string_view text, uint32_t begin, TokenBuffer& tokens) const;

 private:
  using Word = WordBatch::Word;

  struct Origin;
  struct Output;

  void encode_text(std::string_view text, const uint32_t* begin, TokenBuffer& tokens) const;
  void split_words(size_t level, std::string_view text, Output& output) const;
  void add_word(const char* begin, const char* end, Output& output) const;
  void queue_word(const Word& word, Output& output) const;
  std::array<int32_t, 2> ids_of_short(std::string_view bytes) const;
  void queue_parts(const Word& word, Output& output) const;
  void add_repeated(const Word& part, size_t count, Output& output) const;
  void add_offsets(const Word& word, size_t before, const Origin& origin, TokenBuffer& tokens) const;
  void add_uncached(const Word& word, TokenBuffer& tokens) const;
  std::optional<int32_t> find_whole(std::string_view word) const;
  void add_merged(std::string_view word, TokenBuffer& tokens) const;
  void add_short_word(std::string_view word, TokenBuffer& tokens) const;
  void add_long_word(std::string_view word, TokenBuffer& tokens) const;
  void add_by_model(std::string_view characters, TokenBuffer& tokens) const;

  const Bpe& model_;
  std::vector<SplitPattern> patterns_;  // each splits the parts of the one before it
  bool adds_space_;
  bool knows_bytes_ = false;  // each byte has a token, and each id one token
  WordBatch::Owners owners_;
  std::array<int32_t, 256> byte_ids_{};
  std::vector<Merge> byte_merges_;                        // of each two bytes, [256 * 256]
  std::vector<uint32_t> lengths_;                         // bytes of each token, by id
  std::optional<GreedyBpe> greedy_;                       // null if the merges are not in the order of their ranks
  std::unordered_map<std::string, int32_t> whole_words_;  // words that are tokens only because merges are ignored
  MergeBorders borders_;
};

}  // namespace hone::text
