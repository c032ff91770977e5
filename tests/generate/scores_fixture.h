// The cases of fixtures/generation/scores.json.
#pragma once

#include <nlohmann/json.hpp>

#include <cmath>
#include <vector>

#include "base/files.h"
#include "base/json.h"
#include "generate/sampling_settings.h"

namespace hone::generate {

inline Json scores_fixture() {
  return parse_json(read_file(HONE_SOURCE_DIR "/tests/fixtures/generation/scores.json"), "scores.json");
}

// null is -infinity.
inline std::vector<float> scores_of(const Json& json) {
  std::vector<float> scores;
  for (const Json& score : json) scores.push_back(score.is_null() ? -INFINITY : score.get<float>());
  return scores;
}

inline SamplingSettings settings_of(const Json& json) {
  SamplingSettings settings;
  settings.top_k = json.value("top_k", 0);
  settings.temperature = json.value("temperature", 1.0);
  settings.top_p = json.value("top_p", 1.0);
  if (json.contains("min_p")) settings.min_p = json["min_p"].get<double>();
  settings.typical_p = json.value("typical_p", 1.0);
  settings.epsilon_cutoff = json.value("epsilon_cutoff", 0.0);
  settings.eta_cutoff = json.value("eta_cutoff", 0.0);
  settings.repetition_penalty = json.value("repetition_penalty", 1.0);
  settings.no_repeat_ngram_size = json.value("no_repeat_ngram_size", 0);
  settings.min_length = json.value("min_length", 0);
  settings.min_new_tokens = json.value("min_new_tokens", 0);
  settings.suppress_tokens = json.value("suppress_tokens", std::vector<int32_t>());
  settings.bad_words_ids = json.value("bad_words_ids", std::vector<std::vector<int32_t>>());
  for (const Json& bias : json.value("sequence_bias", Json::array())) {
    settings.sequence_bias.emplace_back(bias[0].get<std::vector<int32_t>>(), bias[1].get<double>());
  }
  return settings;
}

}  // namespace hone::generate
