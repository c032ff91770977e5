// Pre-tokenizers split normalized text into words, which a model then splits into tokens. pre_tokenizers() lists the
// known kinds, named as in tokenizer.json.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "text/normalizers.h"

namespace hone::text {

// A half-open range of a NormalizedText, in characters.
struct WordRange {
  size_t begin, end;
};
using Words = std::vector<WordRange>;

// Splits each of the words further. ByteLevel also changes the text.
using PreTokenizer = std::function<void(NormalizedText&, Words&)>;

struct PreTokenizerRow {
  std::string_view name;  // "type" in tokenizer.json
  std::string_view doc;
  PreTokenizer (*make)(const Json& spec, const std::string& source);
};

std::span<const PreTokenizerRow> pre_tokenizers();

// `spec` is the pre-tokenizer's JSON in tokenizer.json; null makes a pre-tokenizer that keeps the text whole. Errors:
// kUnsupported for an unknown type.
PreTokenizer make_pre_tokenizer(const Json& spec, const std::string& source);

}  // namespace hone::text
