// Decoders turn tokens back into text. decoders() lists the known kinds, named as in tokenizer.json.
#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/json.h"

namespace hone::text {

// A part of a token. Some decoders join all tokens to one, whose parts they pass on as soon as they know them.
struct TokenPart {
  std::string_view text;
  bool begins_token = true, ends_token = true;
};

// Receives the tokens of a text one after another.
class TokenSink {
 public:
  virtual ~TokenSink() = default;
  virtual void put(const TokenPart& part) = 0;
  virtual void finish() = 0;  // after the last token
};

// Returns a sink that decodes what it receives and passes the results on to `next`, as early as possible.
using Decoder = std::function<std::unique_ptr<TokenSink>(std::unique_ptr<TokenSink> next)>;

struct DecoderRow {
  std::string_view name;  // "type" in tokenizer.json
  std::string_view doc;
  Decoder (*make)(const Json& spec, const std::string& source);
};

std::span<const DecoderRow> decoders();

// `spec` is the decoder's JSON in tokenizer.json; null makes a decoder that puts a space between tokens. Errors:
// kUnsupported for an unknown type.
Decoder make_decoder(const Json& spec, const std::string& source);

// Returns the byte of a token such as <0xE4>, or nullopt.
std::optional<char> byte_of_fallback_token(std::string_view token);

// Returns the text of all tokens.
std::string decode_tokens(const Decoder& decoder, std::span<const std::string> tokens);

}  // namespace hone::text
