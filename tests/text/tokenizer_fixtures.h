// The small tokenizer folders of tests/fixtures/make_tokenizer_fixtures.py with Hugging Face's encodings of texts, and
// the real vocabularies beside the checkout.
#pragma once

#include <doctest/doctest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "text/tokenizer.h"

namespace hone::text {

using Ids = std::vector<int32_t>;

// All folders that the script makes.
inline const std::vector<std::string> kTokenizerCases = {"accents",  "byte_order_mark", "cased",  "contradiction",
                                                         "crlf",     "json_only",       "legacy", "listed",
                                                         "sequence", "stripped_cased",  "uncased"};

inline std::filesystem::path tokenizer_fixture(const std::string& name) {
  return std::filesystem::path(HONE_SOURCE_DIR) / "tests" / "fixtures" / "tokenizer" / name;
}

// A file or folder that tests/fixtures/make_byte_level_fixtures.py makes.
inline std::filesystem::path byte_level_fixture(const std::string& name) {
  return std::filesystem::path(HONE_SOURCE_DIR) / "tests" / "fixtures" / "byte_level" / name;
}

// Reads a JSON file of the fixtures.
inline Json read_fixture(const std::string& name) { return read_json(tokenizer_fixture(name)); }

inline std::optional<std::filesystem::path> shared_tokenizer(const std::string& name) {
  const auto folder = std::filesystem::path(HONE_SOURCE_DIR) / ".." / "shared" / "tokenizers" / name;
  if (std::filesystem::exists(folder)) return folder;
  MESSAGE("skipped: ", folder.string(), " is not here");
  return std::nullopt;
}

// Returns offsets in HF's form: pairs of code point positions.
inline std::vector<Offset> json_offsets(const Json& list) {
  std::vector<Offset> offsets;
  for (const Json& pair : list) offsets.push_back({pair[0].get<uint32_t>(), pair[1].get<uint32_t>()});
  return offsets;
}

}  // namespace hone::text
