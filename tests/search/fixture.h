// Studies of tests/fixtures/search, which Optuna made.
#pragma once

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <cmath>
#include <limits>
#include <string>

#include "base/json.h"
#include "search/trial.h"

namespace search_fixture {

using namespace hone;

inline std::string path_of(const std::string& name) {
  return std::string(HONE_SOURCE_DIR) + "/tests/fixtures/search/" + name;
}

inline double number_or_nan(const Json& value) {
  return value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>();
}

// `distributions`: their texts, by the names of parameters.
inline search::Trial trial_of(const Json& json, const Json& distributions) {
  search::Trial trial;
  trial.state = static_cast<search::TrialState>(json["state"].get<int>());
  if (!json["value"].is_null()) trial.value = json["value"].get<double>();
  for (const auto& [step, value] : json["intermediate"].items()) {
    trial.intermediate[std::stoll(step)] = number_or_nan(value);
  }
  trial.system_attributes = json["system"];
  trial.user_attributes = json["user"];
  for (const auto& [name, value] : json["parameters"].items()) {
    trial.parameters[name] = {search::parse_distribution(distributions[name].get<std::string>(), "fixture"),
                              value.get<double>()};
  }
  return trial;
}

inline search::Study study_of(const Json& trials, const Json& distributions, const std::string& direction) {
  search::Study study;
  study.directions = {direction == "maximize" ? search::Direction::kMaximize : search::Direction::kMinimize};
  for (const Json& json : trials) {
    study.trials.push_back(trial_of(json, distributions));
    study.trials.back().number = study.trials.back().id = static_cast<int64_t>(study.trials.size()) - 1;
  }
  return study;
}

inline bool is_same(double a, double b) { return (std::isnan(a) && std::isnan(b)) || a == b; }

inline void check_same(const search::Trial& ours, const search::Trial& optunas) {
  INFO("trial ", ours.number);
  CHECK(ours.state == optunas.state);
  CHECK(ours.value == optunas.value);
  REQUIRE(ours.parameters.size() == optunas.parameters.size());
  for (const auto& [name, parameter] : optunas.parameters) {
    REQUIRE(ours.parameters.contains(name));
    CHECK(ours.parameters.at(name).value == parameter.value);
    CHECK(ours.parameters.at(name).distribution == parameter.distribution);
  }
  REQUIRE(ours.intermediate.size() == optunas.intermediate.size());
  for (const auto& [step, value] : optunas.intermediate) CHECK(is_same(ours.intermediate.at(step), value));
  CHECK(ours.user_attributes == optunas.user_attributes);
}

}  // namespace search_fixture
