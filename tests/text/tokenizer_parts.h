// What single parts of tokenizer.json do in tokenizers (tests/fixtures/make_tokenizer_part_fixtures.py).
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/json.h"
#include "text/normalizers.h"
#include "text/tokenizer.h"
#include "text/tokenizer_state.h"

namespace hone::text {

inline const Json& tokenizer_parts() {
  static const Json parts =
      read_json(std::filesystem::path(HONE_SOURCE_DIR) / "tests" / "fixtures" / "tokenizer_parts.json");
  return parts;
}

// Returns whether some row of the fixture has a part of this type, alone or in a Sequence.
inline bool has_part(const Json& rows, std::string_view type) {
  const std::string wanted = "\"type\":\"" + std::string(type) + "\"";
  for (const Json& row : rows) {
    if (row["spec"].dump().find(wanted) != std::string::npos) return true;
  }
  return false;
}

// Returns the tokenizer of the text of a tokenizer.json.
inline Tokenizer tokenizer_of(const std::string& json) {
  TokenizerSpec spec;
  spec.source = "tokenizer.json";
  parse_tokenizer_json(json, spec.source, spec);
  return Tokenizer(std::make_shared<const Tokenizer::State>(std::move(spec)));
}

// Returns pairs of code point positions, as HF has them.
inline Json character_offsets(std::string_view text, const std::vector<Offset>& offsets) {
  Json result = Json::array();
  for (const Offset& offset : to_character_offsets(text, offsets)) result.push_back({offset.begin, offset.end});
  return result;
}

}  // namespace hone::text
