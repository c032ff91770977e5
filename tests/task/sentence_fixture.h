// Reads sentence.json (tests/fixtures/make_sentence_fixtures.py), and copies the models that it is about.
#pragma once

#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.h"
#include "base/json.h"
#include "temporary_folder.h"

namespace hone {

inline std::filesystem::path fixture_folder() { return std::filesystem::path(HONE_SOURCE_DIR) / "tests" / "fixtures"; }

inline Json sentence_fixture() { return read_json(fixture_folder() / "sentence.json"); }

// tiny-bert with the files of a form beside it; "plain": without them. Returns the path.
inline std::filesystem::path sentence_model(const TemporaryFolder& folder, const std::string& form) {
  const std::filesystem::path copy = folder.path() / ("model-" + form);
  std::filesystem::create_directory(copy);
  for (const char* file : {"config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"}) {
    std::filesystem::copy(fixture_folder() / "models" / "tiny-bert" / file, copy / file);
  }
  if (form == "plain") return copy;
  using Options = std::filesystem::copy_options;
  std::filesystem::copy(fixture_folder() / "sentence" / form, copy, Options::recursive | Options::overwrite_existing);
  return copy;
}

// The largest difference of the vectors, which lie one after another.
inline double largest_difference(const std::vector<float>& vectors, const Json& expected) {
  double largest = 0;
  size_t next = 0;
  for (const Json& row : expected) {
    for (const Json& value : row) {
      if (next == vectors.size()) return INFINITY;
      largest = std::max(largest, std::abs(static_cast<double>(vectors[next++]) - value.get<double>()));
    }
  }
  return next == vectors.size() ? largest : INFINITY;
}

}  // namespace hone
