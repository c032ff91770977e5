// Successive halving without waiting: Li et al., "A system for massively parallel hyperparameter tuning", MLSys 2020.
#include "search/pruner.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/names.h"
#include "search/names.h"
#include "search/python_json.h"

namespace hone::search {

namespace {

struct PrunerRow {
  std::string_view name;
  PruneDecision (*decide)(const Study& study, const Trial& trial);
};
constexpr PrunerRow kPruners[] = {
    {"none", [](const Study&, const Trial&) { return PruneDecision{}; }},
    {"median", [](const Study& study, const Trial& trial) { return median_decision(study, trial); }},
    {"halving", [](const Study& study, const Trial& trial) { return halving_decision(study, trial); }},
};
static_assert(has_names(kPruners, kPrunerNames), "kPruners and kPrunerNames must have the same names");

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// Returns numpy's median of the values that are not NaN; NaN if there are none.
double median_of(std::vector<double> values) {
  std::erase_if(values, [](double value) { return std::isnan(value); });
  if (values.empty()) return kNaN;
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : values[middle - 1] + (values[middle] - values[middle - 1]) * 0.5;
}

double best_intermediate(const Trial& trial, const Study& study) {
  double best = kNaN;
  for (const auto& [step, value] : trial.intermediate) {
    if (std::isnan(value)) continue;
    if (std::isnan(best) || study.is_better(value, best)) best = value;
  }
  return best;
}

// Returns whether no earlier step of the trial lies in the interval of its last step.
bool is_first_in_interval(const Trial& trial, const MedianOptions& options) {
  const int64_t step = trial.intermediate.rbegin()->first;
  const int64_t begin =
      (step - options.num_warmup_steps) / options.interval_steps * options.interval_steps + options.num_warmup_steps;
  return trial.intermediate.size() < 2 || std::next(trial.intermediate.rbegin())->first < begin;
}

std::string rung_name(int64_t rung) { return "completed_rung_" + std::to_string(rung); }

std::optional<int64_t> estimated_min_resource(const Study& study) {
  std::optional<int64_t> longest;
  for (const Trial& trial : study.trials) {
    if (trial.state != TrialState::kComplete || trial.intermediate.empty()) continue;
    longest = std::max(longest.value_or(0), trial.intermediate.rbegin()->first);
  }
  if (!longest) return std::nullopt;
  return std::max<int64_t>(*longest / 100, 1);
}

// Returns whether the value is among the best 1/factor of those at its rung, or the best if they are few.
bool is_promoted(double value, const Study& study, const std::string& rung, int64_t factor) {
  std::vector<double> values = {value};
  for (const Trial& trial : study.trials) {
    const auto found = trial.system_attributes.find(rung);
    if (found == trial.system_attributes.end()) continue;
    if (const std::optional<double> other = number_of(*found)) values.push_back(*other);
  }
  std::sort(values.begin(), values.end());
  if (study.maximizes()) std::reverse(values.begin(), values.end());
  const auto num_promoted = static_cast<int64_t>(values.size()) / factor;
  const double worst = values[static_cast<size_t>(std::max<int64_t>(num_promoted - 1, 0))];
  return study.maximizes() ? value >= worst : value <= worst;
}

}  // namespace

PruneDecision prune_decision(std::string_view pruner, const Study& study, const Trial& trial) {
  return find_row(kPruners, "pruner", pruner).decide(study, trial);
}

PruneDecision median_decision(const Study& study, const Trial& trial, const MedianOptions& options) {
  if (trial.intermediate.empty()) return {};
  const int64_t step = trial.intermediate.rbegin()->first;
  int64_t num_complete = 0;
  std::vector<double> others;
  for (const Trial& other : study.trials) {
    if (other.state != TrialState::kComplete) continue;
    ++num_complete;
    if (const auto found = other.intermediate.find(step); found != other.intermediate.end()) {
      others.push_back(found->second);
    }
  }
  if (num_complete == 0 || num_complete < options.num_startup_trials || step < options.num_warmup_steps) return {};
  if (!is_first_in_interval(trial, options)) return {};
  const double best = best_intermediate(trial, study), median = median_of(std::move(others));
  if (std::isnan(best)) return {true, {}};
  return {!std::isnan(median) && study.is_better(median, best), {}};
}

PruneDecision halving_decision(const Study& study, const Trial& trial, const HalvingOptions& options) {
  if (trial.intermediate.empty()) return {};
  const auto& [step, value] = *trial.intermediate.rbegin();
  const std::optional<int64_t> resource = options.min_resource ? options.min_resource : estimated_min_resource(study);
  if (!resource) return {};
  int64_t rung = 0;
  while (trial.system_attributes.contains(rung_name(rung))) ++rung;
  PruneDecision decision;
  for (;; ++rung) {
    const double needed =
        static_cast<double>(*resource) * std::pow(options.reduction_factor, options.min_early_stopping_rate + rung);
    if (static_cast<double>(step) < needed) return decision;
    decision.prunes = true;
    if (std::isnan(value)) return decision;
    decision.rungs.emplace_back(rung_name(rung), value);
    if (!is_promoted(value, study, rung_name(rung), options.reduction_factor)) return decision;
    decision.prunes = false;
  }
}

}  // namespace hone::search
