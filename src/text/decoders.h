// Decoders turn tokens back into text. decoders() lists the known kinds, named as in tokenizer.json.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>

#include "base/json.h"

namespace hone::text {

// Returns the text of a token, which may be only a part of a character. `is_first`: it is the first token of the text.
using Decoder = std::function<std::string(std::string_view token, bool is_first)>;

struct DecoderRow {
  std::string_view name;  // "type" in tokenizer.json
  std::string_view doc;
  Decoder (*make)(const Json& spec, const std::string& source);
};

std::span<const DecoderRow> decoders();

// `spec` is the decoder's JSON in tokenizer.json; null makes a decoder that puts a space between tokens. Errors:
// kUnsupported for an unknown type.
Decoder make_decoder(const Json& spec, const std::string& source);

// Implements transformers' clean_up_tokenization_spaces: removes spaces before punctuation and English contractions.
std::string clean_up_spaces(std::string text);

}  // namespace hone::text
