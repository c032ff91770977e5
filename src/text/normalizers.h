// Normalizers change a text of code points. Each code point keeps the range of the original text that it came from.
// normalizers() lists the known kinds, named as in tokenizer.json.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "text/tokenizer.h"

namespace hone::text {

struct NormalizedCharacter {
  char32_t code;
  Offset origin;  // bytes of the original text
};
using NormalizedText = std::vector<NormalizedCharacter>;

// Returns the code points of checked UTF-8. `begin` is the position of `text` in the original.
NormalizedText to_normalized_text(std::string_view text, uint32_t begin = 0);
std::string to_utf8(std::span<const NormalizedCharacter> text);

using Normalizer = std::function<void(NormalizedText&)>;

struct NormalizerRow {
  std::string_view name;  // "type" in tokenizer.json
  std::string_view doc;
  Normalizer (*make)(const Json& spec, const std::string& source);
};

std::span<const NormalizerRow> normalizers();

// `spec` is the normalizer's JSON in tokenizer.json; null makes a normalizer that changes nothing. Errors: kUnsupported
// for an unknown type.
Normalizer make_normalizer(const Json& spec, const std::string& source);

// Returns the settings of a BertNormalizer.
struct BertNormalizerSettings {
  bool clean_text = true, handle_chinese_chars = true, strip_accents = true, lowercase = true;
};
BertNormalizerSettings bert_normalizer_settings(const Json& spec, const std::string& source);

}  // namespace hone::text
