// BertNormalizer, BertPreTokenizer and WordPiece in one pass over the bytes. Reads words of up to 16 ASCII letters and
// digits 16 bytes at a time, and looks them up in a cache of the thread. Reads other text character by character.
#pragma once

#include <array>
#include <string_view>

#include "text/bert_characters.h"
#include "text/token_buffer.h"
#include "text/word_cache.h"

namespace hone::text {

class BertEncoder {
 public:
  // `model` must outlive this object.
  BertEncoder(const BertNormalizerSettings& settings, const WordPiece& model);

  // Appends the ids of `text` (checked UTF-8).
  void encode(std::string_view text, TokenBuffer& tokens) const;

  // Appends ids and offsets. `begin` is the position of `text` in the original text.
  void encode_with_offsets(std::string_view text, uint32_t begin, TokenBuffer& tokens) const;

 private:
  enum class AsciiFate : uint8_t { kInWord, kBreak, kAlone, kOther };

  // Each handles the word or segment that begins at `p` and returns its end.
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
