// WhitespaceSplit, Metaspace and Unigram in one pass, for ids without offsets (T5, ALBERT, XLM-R). Normalizes plain
// characters by a table, and keeps the ids of short words in a cache of the thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "text/plain_characters.h"
#include "text/token_buffer.h"
#include "text/unigram.h"
#include "text/word_cache.h"

namespace hone::text {

class MetaspaceEncoder {
 public:
  // Returns null if the parts are others, or if the normalizer does not work character by character. `model` and
  // `normalizer` must outlive the encoder.
  static std::unique_ptr<MetaspaceEncoder> make(const Json& normalizer_spec, const Json& pre_tokenizer,
                                                const Normalizer& normalizer, const TokenModel& model,
                                                const std::string& source);

  // Appends the ids of `text`, which is checked UTF-8.
  void encode(std::string_view text, TokenBuffer& tokens) const;

 private:
  class Run;

  MetaspaceEncoder(std::unique_ptr<PlainCharacters> characters, const Normalizer& normalizer, const Unigram& model);
  void add_word(std::string& word, TokenBuffer& tokens) const;
  void add_by_model(std::string_view word, TokenBuffer& tokens) const;

  std::unique_ptr<PlainCharacters> characters_;
  const Normalizer& normalizer_;
  const Unigram& model_;
  std::array<PlainCharacters::Entry, 128> ascii_{};
  uint64_t word_owner_, segment_owner_;  // mark this encoder's entries in the threads' caches
};

}  // namespace hone::text
