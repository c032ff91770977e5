// The fixture of tests/fixtures/make_text_metrics_fixture.py.
#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <utility>
#include <vector>

#include "base/json.h"

namespace hone {

inline const Json& text_metrics_fixture() {
  static const Json fixture = read_json(HONE_SOURCE_DIR "/tests/fixtures/text_metrics.json");
  return fixture;
}

// Texts with their references.
inline std::vector<std::pair<std::string, std::string>> fixture_pairs() {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const Json& pair : text_metrics_fixture()["pairs"]) pairs.emplace_back(pair[0], pair[1]);
  return pairs;
}

}  // namespace hone
