// Normalizers: text as code points, each with the bytes of the original text that it came from. The known kinds are
// the rows of normalizers(), named as in tokenizer.json.
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

// The code points of checked UTF-8; `begin` is where `text` lies in the original.
NormalizedText to_normalized_text(std::string_view text, uint32_t begin = 0);
std::string to_utf8(std::span<const NormalizedCharacter> text);

using Normalizer = std::function<void(NormalizedText&)>;

struct NormalizerRow {
  std::string_view name;  // "type" in tokenizer.json
  std::string_view doc;
  Normalizer (*make)(const Json& spec, const std::string& source);
};

std::span<const NormalizerRow> normalizers();

// `spec` is the part's JSON; null makes one that changes nothing. Errors: kUnsupported for an unknown type.
Normalizer make_normalizer(const Json& spec, const std::string& source);

// BertNormalizer's settings, for those who know it to be one.
struct BertNormalizerSettings {
  bool clean_text = true, handle_chinese_chars = true, strip_accents = true, lowercase = true;
};
BertNormalizerSettings bert_normalizer_settings(const Json& spec, const std::string& source);

}  // namespace hone::text
