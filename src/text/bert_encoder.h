// BertNormalizer, BertPreTokenizer and WordPiece in one pass over the bytes. Words of up to 16 ASCII letters and digits
// are read 16 bytes at a time and looked up in a cache of each thread. Other text is read character by character.
#pragma once

#include <array>
#include <string_view>

#include "text/bert_characters.h"
#include "text/token_buffer.h"
#include "text/word_cache.h"

namespace hone::text {

class BertEncoder {
 public:
  // `model` must outlive this.
  BertEncoder(const BertNormalizerSettings& settings, const WordPiece& model);

  // Appends the ids of `text` (checked UTF-8).
  void encode(std::string_view text, TokenBuffer& tokens) const;

  // The same with offsets; `begin` is the position of `text` in the original.
  void encode_with_offsets(std::string_view text, uint32_t begin, TokenBuffer& tokens) const;

 private:
  enum class AsciiFate : uint8_t { kInWord, kBreak, kAlone, kOther };

  // Each handles what begins at `p` and returns the end of it.
  const char* take_word(const char* p, const char* end, WordCache& cache, TokenBuffer& tokens) const;
  const char* take_long_word(const char* p, const char* end, TokenBuffer& tokens) const;
  const char* take_segment(const char* p, const char* end, TokenBuffer& tokens) const;

  void add_cached(const WordKey& key, size_t length, WordCache& cache, TokenBuffer& tokens) const;
  AsciiFate fate(char c) const { return fates_[static_cast<unsigned char>(c)]; }

  const WordPiece& model_;
  BertCharacters characters_;
  bool lowercase_;
  uint64_t owner_;  // marks this encoder's entries in the threads' caches
  std::array<AsciiFate, 256> fates_;
  std::array<int32_t, 128> alone_ids_{};
};

}  // namespace hone::text
