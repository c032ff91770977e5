// Studies and trials, as Optuna has them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "search/distribution.h"

namespace hone::search {

// The numbers are those of Optuna's files.
enum class TrialState { kRunning = 0, kComplete = 1, kPruned = 2, kFail = 3, kWaiting = 4 };
enum class Direction { kNotSet = 0, kMinimize = 1, kMaximize = 2 };

constexpr bool is_finished(TrialState state) {
  return state == TrialState::kComplete || state == TrialState::kPruned || state == TrialState::kFail;
}

struct Parameter {
  Distribution distribution;
  double value = 0;  // internal
};
using Parameters = std::map<std::string, Parameter>;

struct Trial {
  int64_t id = 0;      // in the journal
  int64_t number = 0;  // in its study, from 0
  TrialState state = TrialState::kRunning;
  Parameters parameters;
  std::optional<double> value;             // of a complete trial; the first, if there are several
  std::map<int64_t, double> intermediate;  // by step; values may be NaN
  Json user_attributes = Json::object(), system_attributes = Json::object();
  std::string started, completed;  // ISO 8601; empty: not yet
};

struct Study {
  int64_t id = 0;
  std::string name;
  std::vector<Direction> directions;
  Json user_attributes = Json::object(), system_attributes = Json::object();
  std::vector<Trial> trials;

  bool maximizes() const { return !directions.empty() && directions.front() == Direction::kMaximize; }
  // Returns whether `a` is a better value than `b`.
  bool is_better(double a, double b) const { return maximizes() ? a > b : a < b; }
};

// Returns the best complete trial, the first of equal ones, or nullptr.
const Trial* best_trial(const Study& study);

}  // namespace hone::search
