// Decodes ids as they arrive, for example those that a model generates.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "text/decoders.h"
#include "text/tokenizer.h"

namespace hone::text {

// The bytes that tokens add to a decoded text, also those that are only a part of a character, by id. Empty for an id
// without a token, and for a token that decoding skips, such as a special one.
struct TokenBytes {
  std::vector<std::string> first;  // of a token that begins a text
  std::vector<std::string> later;  // of a token behind another one
};

// The texts that put() and finish() return, one after another, are Tokenizer::decode() of all ids.
class DecodeStream {
 public:
  DecodeStream(const Tokenizer& tokenizer, bool skip_special_tokens);

  // Returns the text that is certain after this id: whole characters, which later ids do not change. Skips ids without
  // a token.
  std::string put(int32_t id);

  // Returns the rest of the text after the last id.
  std::string finish();

  // Error (kUnsupported): a tokenizer whose decoding changes the text around a token, so that a token has no bytes of
  // its own.
  static TokenBytes token_bytes(const Tokenizer& tokenizer);

 private:
  std::shared_ptr<const Tokenizer::State> state_;
  bool skip_special_tokens_;
  std::unique_ptr<std::string> text_;  // keeps its place if the stream moves
  std::unique_ptr<TokenSink> sink_;
};

}  // namespace hone::text
