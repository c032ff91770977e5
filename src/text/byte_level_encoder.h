// Byte-level BPE in one pass over the bytes, for ids without offsets: an automaton finds each word, a cache of the
// thread has the ids of short words, and the merges work on the word's bytes. A long word is first cut at the borders
// between characters that no merge crosses, so that the cache knows most of its parts (Chinese has no spaces).
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "text/bpe.h"
#include "text/merge_borders.h"
#include "text/split_pattern.h"
#include "text/token_buffer.h"
#include "text/word_cache.h"

namespace hone::text {

class ByteLevelEncoder {
 public:
  // Returns null if these parts do more than ByteLevel with a known pattern and a BPE model without prefix and suffix.
  // `model` must outlive the encoder.
  static std::unique_ptr<ByteLevelEncoder> make(const Json& pre_tokenizer, const TokenModel& model);

  ByteLevelEncoder(const Bpe& model, WordEnd word_end, bool adds_space);

  // Appends the ids of `text`, which is checked UTF-8 and normalized.
  void encode(std::string_view text, TokenBuffer& tokens) const;

 private:
  // A cached word leaves the last byte of its key to its length, because it may contain zeros.
  static constexpr size_t kMaxCached = WordKey::kSize - 1;

  // A word of the text, or a part of a long one. `text_end` is the end of the readable bytes.
  struct Word {
    const char *begin, *end, *text_end;
    bool is_part;

    std::string_view bytes() const { return {begin, static_cast<size_t>(end - begin)}; }
  };

  // The next words, whose cache entries are on their way from memory.
  struct Batch;

  void encode_words(std::string_view text, TokenBuffer& tokens) const;
  void queue_word(const Word& word, Batch& batch) const;
  void queue_parts(const Word& word, Batch& batch) const;
  void add_batch(Batch& batch) const;
  void add_cached(const Word& word, const WordKey& key, WordCache::Entry& entry, TokenBuffer& tokens) const;
  void add_uncached(const Word& word, TokenBuffer& tokens) const;
  std::optional<int32_t> find_whole(std::string_view word) const;
  void add_merged(std::string_view word, TokenBuffer& tokens) const;
  void add_short_word(std::string_view word, TokenBuffer& tokens) const;
  void add_long_word(std::string_view word, TokenBuffer& tokens) const;
  void add_by_model(std::string_view characters, TokenBuffer& tokens) const;

  const Bpe& model_;
  WordEnd word_end_;
  bool adds_space_;
  bool has_all_bytes_ = true;  // each byte has a token
  bool can_cut_ = false;
  uint64_t word_owner_, part_owner_;  // mark this encoder's entries in the threads' caches
  std::array<int32_t, 256> byte_ids_{};
  std::vector<Merge> byte_merges_;  // of each two bytes, [256 * 256]
  MergeBorders borders_;
};

}  // namespace hone::text
