// TPE: Bergstra et al., "Algorithms for hyper-parameter optimization", NIPS 2011; Watanabe, "Tree-structured Parzen
// estimator: understanding its algorithm components", arXiv 2304.11127.
#include "search/sampler.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

#include "search/parzen.h"

namespace hone::search {

namespace {

constexpr double kGoodShare = 0.1;
constexpr size_t kMaxGood = 25;

size_t num_good(size_t num_finished) {
  return std::min(static_cast<size_t>(std::ceil(kGoodShare * static_cast<double>(num_finished))), kMaxGood);
}

// The order of pruned trials: those that got further first, then by their last value.
std::pair<double, double> pruned_rank(const Trial& trial, const Study& study) {
  if (trial.intermediate.empty()) return {1, 0};
  const auto& [step, value] = *trial.intermediate.rbegin();
  if (std::isnan(value)) return {-static_cast<double>(step), HUGE_VAL};
  return {-static_cast<double>(step), study.maximizes() ? -value : value};
}

// Moves the first `count` trials to `below`, the others to `above`. Returns how many moved to `below`.
size_t divide(const std::vector<const Trial*>& trials, size_t count, DividedTrials& divided) {
  count = std::min(count, trials.size());
  const auto middle = trials.begin() + static_cast<ptrdiff_t>(count);
  divided.below.insert(divided.below.end(), trials.begin(), middle);
  divided.above.insert(divided.above.end(), middle, trials.end());
  return count;
}

std::vector<std::vector<double>> observations_of(const std::vector<const Trial*>& trials,
                                                 const std::vector<std::pair<std::string, Distribution>>& space) {
  std::vector<std::vector<double>> observations(space.size());
  for (const Trial* trial : trials) {
    const auto has = [&](const auto& entry) { return trial->parameters.contains(entry.first); };
    if (!std::all_of(space.begin(), space.end(), has)) continue;
    for (size_t d = 0; d < space.size(); ++d) observations[d].push_back(trial->parameters.at(space[d].first).value);
  }
  return observations;
}

// Returns the largest double below `high`, which Optuna does not draw.
double just_below(double high) { return std::nextafter(high, high - 1); }

}  // namespace

double random_value(const Distribution& distribution, RandomState& random) {
  if (distribution.is_categorical()) {
    size_t best = 0;
    double largest = -1;
    for (size_t i = 0; i < distribution.choices.size(); ++i) {
      const double draw = random.uniform();
      if (draw > largest) {
        largest = draw;
        best = i;
      }
    }
    return static_cast<double>(best);
  }
  const auto& [kind, low, high, log, step, choices] = distribution;
  const KernelLimits limits = kernel_limits(distribution);
  const double draw = random.uniform(limits.low, limits.high);
  if (kind == Distribution::Kind::kInt) {
    const double value = log ? std::nearbyint(std::exp(draw)) : std::floor((draw - low) / *step + 0.5) * *step + low;
    return std::clamp(value, low, high);
  }
  if (step) return std::clamp(std::nearbyint((draw - low) / *step) * *step + low, low, high);
  if (low == high) return low;
  return log ? std::clamp(std::exp(draw), low, just_below(high)) : std::min(draw, just_below(high));
}

std::vector<std::pair<std::string, Distribution>> common_space(const Study& study) {
  std::vector<std::pair<std::string, Distribution>> space;
  bool is_first = true;
  for (const Trial& trial : study.trials) {
    if (trial.state != TrialState::kComplete && trial.state != TrialState::kPruned) continue;
    if (is_first) {
      for (const auto& [name, parameter] : trial.parameters) space.emplace_back(name, parameter.distribution);
    }
    is_first = false;
    std::erase_if(space, [&](const auto& entry) {
      const auto found = trial.parameters.find(entry.first);
      return found == trial.parameters.end() || !(found->second.distribution == entry.second);
    });
  }
  return space;
}

DividedTrials divided_trials(const Study& study, int64_t without_number, size_t num_below) {
  std::vector<const Trial*> complete, pruned;
  DividedTrials divided;
  for (const Trial& trial : study.trials) {
    if (trial.number == without_number) continue;
    if (trial.state == TrialState::kComplete) complete.push_back(&trial);
    if (trial.state == TrialState::kPruned) pruned.push_back(&trial);
    if (trial.state == TrialState::kRunning) divided.above.push_back(&trial);
  }
  std::stable_sort(complete.begin(), complete.end(), [&](const Trial* a, const Trial* b) {
    return study.is_better(a->value.value_or(HUGE_VAL), b->value.value_or(HUGE_VAL));
  });
  std::stable_sort(pruned.begin(), pruned.end(),
                   [&](const Trial* a, const Trial* b) { return pruned_rank(*a, study) < pruned_rank(*b, study); });
  num_below -= divide(complete, num_below, divided);
  divide(pruned, num_below, divided);
  for (std::vector<const Trial*>* part : {&divided.below, &divided.above}) {
    std::sort(part->begin(), part->end(), [](const Trial* a, const Trial* b) { return a->number < b->number; });
  }
  return divided;
}

TpeProposal::TpeProposal(const Study& study, int64_t trial_number, SamplerRandom& random, TpeOptions options)
    : study_(study), number_(trial_number), random_(random), options_(options) {
  for (const Trial& trial : study.trials) {
    num_finished_ += trial.state == TrialState::kComplete || trial.state == TrialState::kPruned ? 1 : 0;
  }
  if (num_finished_ < options_.num_startup_trials) return;
  Space space = common_space(study);
  std::erase_if(space, [](const auto& entry) { return entry.second.is_single(); });
  if (space.empty()) return;
  const std::vector<double> values = sample(space);
  for (size_t d = 0; d < space.size(); ++d) together_[space[d].first] = values[d];
}

double TpeProposal::value(const std::string& name, const Distribution& distribution) {
  if (distribution.is_single()) return distribution.is_categorical() ? 0 : distribution.low;
  if (const auto found = together_.find(name); found != together_.end() && distribution.contains(found->second)) {
    return found->second;
  }
  if (num_finished_ < options_.num_startup_trials) return random_value(distribution, random_.uniform);
  return sample({{name, distribution}}).front();
}

std::vector<double> TpeProposal::sample(const Space& space) {
  const DividedTrials divided = divided_trials(study_, number_, num_good(num_finished_));
  std::vector<Distribution> distributions;
  for (const auto& [name, distribution] : space) distributions.push_back(distribution);
  const ParzenEstimator good(distributions, observations_of(divided.below, space));
  const ParzenEstimator bad(distributions, observations_of(divided.above, space));
  std::vector<std::vector<double>> points = good.sample(random_.guided, options_.num_candidates);
  size_t best = 0;
  double best_gain = -HUGE_VAL;
  for (size_t i = 0; i < points.size(); ++i) {
    const double gain = good.log_density(points[i]) - bad.log_density(points[i]);
    if (gain > best_gain) {
      best_gain = gain;
      best = i;
    }
  }
  return points[best];
}

}  // namespace hone::search
