// Pruners: whether a trial stops early, at an evaluation. As Optuna's MedianPruner and SuccessiveHalvingPruner with
// their defaults.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "search/trial.h"

namespace hone::search {

struct PruneDecision {
  bool prunes = false;
  std::vector<std::pair<std::string, double>> rungs;  // system attributes that the trial gets
};

// Decides on the last intermediate value of `trial`, which is a trial of the study. `pruner`: one of kPrunerNames.
PruneDecision prune_decision(std::string_view pruner, const Study& study, const Trial& trial);

struct MedianOptions {
  int64_t num_startup_trials = 5;  // complete trials
  int64_t num_warmup_steps = 0;
  int64_t interval_steps = 1;
};
PruneDecision median_decision(const Study& study, const Trial& trial, const MedianOptions& options = {});

struct HalvingOptions {
  std::optional<int64_t> min_resource;  // nullopt: a hundredth of the longest complete trial's steps, at least 1
  int64_t reduction_factor = 4;
  int64_t min_early_stopping_rate = 0;
};
PruneDecision halving_decision(const Study& study, const Trial& trial, const HalvingOptions& options = {});

}  // namespace hone::search
