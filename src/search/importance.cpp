#include "search/importance.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "search/parzen.h"

namespace hone::search {

namespace {

constexpr size_t kGridPoints = 50;
constexpr size_t kMinTrialsOfDistribution = 2;
constexpr double kSmallest = 1e-12;
constexpr double kScottFactor = 1.059, kNormalIqr = 1.34;
constexpr double kSmallestDeviation = 0.5 / 1.64;  // nine tenths of the kernel lie in its cell of the grid

size_t grid_size(const Distribution& distribution) {
  if (distribution.is_categorical()) return distribution.choices.size();
  const double range = distribution.high - distribution.low;
  if (distribution.kind == Distribution::Kind::kInt && distribution.log) {
    return std::min(static_cast<size_t>(std::ceil(std::log(range + 1) / std::log(2.0))) + 1, kGridPoints);
  }
  if (!distribution.step) return kGridPoints;
  return std::min(static_cast<size_t>(std::nearbyint(range / *distribution.step)) + 1, kGridPoints);
}

// Returns how many values lie at each point of the grid.
std::vector<double> counts_on_grid(const Distribution& distribution, const std::vector<double>& values) {
  const size_t size = grid_size(distribution);
  std::vector<double> counts(size, 0.0);
  const bool is_log = distribution.log;
  const double low = is_log ? std::log(distribution.low) : distribution.low;
  const double high = is_log ? std::log(distribution.high) : distribution.high;
  const double cell = (high - low) / static_cast<double>(size - 1);
  for (const double value : values) {
    double index = value;
    if (!distribution.is_categorical()) index = std::ceil(((is_log ? std::log(value) : value) - low) / cell - 0.5);
    ++counts[static_cast<size_t>(std::clamp(index, 0.0, static_cast<double>(size - 1)))];
  }
  return counts;
}

// Scott's rule for points with weights. TPE's own deviations are too wide to tell parameters apart.
double scott_deviation(const std::vector<double>& points, const std::vector<double>& weights) {
  std::vector<double> sums(weights.size());
  std::partial_sum(weights.begin(), weights.end(), sums.begin());
  const double sum = sums.back();
  const double mean = std::inner_product(points.begin(), points.end(), weights.begin(), 0.0) / sum;
  double squares = 0;
  for (size_t i = 0; i < points.size(); ++i) squares += (points[i] - mean) * (points[i] - mean) * weights[i];
  const double deviation = std::sqrt(squares / std::max(1.0, sum - 1));
  const auto first = std::lower_bound(sums.begin(), sums.end(), std::floor(sum / 4)) - sums.begin();
  const auto third = std::upper_bound(sums.begin(), sums.end(), std::floor(sum * 3 / 4)) - sums.begin();
  const size_t last = std::min(points.size() - 1, static_cast<size_t>(third));
  const double range = points[last] - points[static_cast<size_t>(first)];
  return kScottFactor * std::min(range / kNormalIqr, deviation) * std::pow(sum, -0.2);
}

// Returns the density at each point of the grid.
std::vector<double> density_on_grid(const Distribution& distribution, const std::vector<double>& values) {
  const std::vector<double> counts = counts_on_grid(distribution, values);
  std::vector<double> points, weights;
  for (size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0) continue;
    points.push_back(static_cast<double>(i));
    weights.push_back(counts[i]);
  }
  std::vector<double> shares = weights;
  shares.push_back(1);  // of the prior
  const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
  for (double& share : shares) share /= sum;
  const double last = static_cast<double>(counts.size() - 1);
  const Distribution grid = Distribution::integer(0, static_cast<int64_t>(counts.size()) - 1);
  const bool is_categorical = distribution.is_categorical();
  const auto kernels = is_categorical ? choice_kernels(points, counts.size()) : std::vector<std::vector<double>>();
  const double sigma = is_categorical ? 0 : std::max(scott_deviation(points, weights), kSmallestDeviation);
  std::vector<double> density(counts.size());
  for (size_t x = 0; x < density.size(); ++x) {
    std::vector<double> logs;
    for (size_t kernel = 0; kernel <= points.size(); ++kernel) {
      const bool is_prior = kernel == points.size();
      logs.push_back(is_categorical
                         ? std::log(kernels[kernel][x])
                         : log_number_kernel(grid, static_cast<double>(x), is_prior ? last / 2 : points[kernel],
                                             is_prior ? last + 1 : sigma));
    }
    density[x] = std::exp(log_weighted_sum(shares, logs)) + kSmallest;
  }
  return density;
}

double pearson_divergence(const Distribution& distribution, const std::vector<double>& best,
                          const std::vector<double>& all) {
  const std::vector<double> of_best = density_on_grid(distribution, best), of_all = density_on_grid(distribution, all);
  double sum = 0;
  for (size_t i = 0; i < of_all.size(); ++i) sum += of_all[i] * std::pow(of_best[i] / of_all[i] - 1, 2);
  return sum;
}

// Returns the trials that reach the quantile, ties included.
std::set<const Trial*> best_trials(const std::vector<const Trial*>& trials, bool maximizes, double quantile) {
  std::vector<double> losses;
  for (const Trial* trial : trials) losses.push_back(maximizes ? -*trial->value : *trial->value);
  const auto last = static_cast<ptrdiff_t>(std::ceil(quantile * static_cast<double>(losses.size()))) - 1;
  std::vector<double> ordered = losses;
  std::nth_element(ordered.begin(), ordered.begin() + last, ordered.end());
  std::set<const Trial*> best;
  for (size_t i = 0; i < trials.size(); ++i) {
    if (losses[i] <= ordered[static_cast<size_t>(last)]) best.insert(trials[i]);
  }
  return best;
}

// The trials in which a parameter has one distribution.
struct Regime {
  Distribution distribution;
  std::vector<double> all, best;  // values
};

std::vector<Regime> regimes_of(const std::string& name, const std::vector<const Trial*>& trials,
                               const std::set<const Trial*>& best) {
  std::vector<Regime> regimes;
  for (const Trial* trial : trials) {
    const auto found = trial->parameters.find(name);
    if (found == trial->parameters.end()) continue;
    const auto& [distribution, value] = found->second;
    auto place = std::find_if(regimes.begin(), regimes.end(),
                              [&](const Regime& regime) { return regime.distribution == distribution; });
    if (place == regimes.end()) place = regimes.insert(place, Regime{distribution, {}, {}});
    place->all.push_back(value);
    if (best.contains(trial)) place->best.push_back(value);
  }
  std::erase_if(regimes, [](const Regime& regime) { return regime.all.size() < kMinTrialsOfDistribution; });
  return regimes;
}

void sort_by_importance(std::vector<std::pair<std::string, double>>& list) {
  std::stable_sort(list.begin(), list.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
}

}  // namespace

std::vector<std::pair<std::string, double>> divergences(const Study& study, const ImportanceOptions& options) {
  std::vector<const Trial*> trials;
  std::set<std::string> names;
  for (const Trial& trial : study.trials) {
    if (trial.state != TrialState::kComplete) continue;
    for (const auto& [name, parameter] : trial.parameters) names.insert(name);
    if (trial.value && std::isfinite(*trial.value)) trials.push_back(&trial);
  }
  std::vector<std::pair<std::string, double>> result;
  for (const std::string& name : names) result.emplace_back(name, 0.0);
  if (trials.size() <= 1) return result;
  const std::set<const Trial*> best = best_trials(trials, study.maximizes(), options.target_quantile);
  const double num_all = static_cast<double>(trials.size()), num_best = static_cast<double>(best.size());
  for (auto& [name, divergence] : result) {
    for (const Regime& regime : regimes_of(name, trials, best)) {
      if (regime.distribution.is_single() || regime.best.empty()) continue;
      const double best_share = static_cast<double>(regime.best.size()) / num_best;
      const double all_share = static_cast<double>(regime.all.size()) / num_all;
      divergence +=
          best_share * best_share / all_share * pearson_divergence(regime.distribution, regime.best, regime.all);
    }
    divergence *= (num_best / num_all) * (num_best / num_all);
  }
  sort_by_importance(result);
  return result;
}

std::vector<std::pair<std::string, double>> importances(const Study& study, const ImportanceOptions& options) {
  std::vector<std::pair<std::string, double>> result = divergences(study, options);
  double sum = 0;
  for (const auto& [name, value] : result) sum += value;
  for (auto& [name, value] : result) value = sum > 0 ? value / sum : 1.0 / static_cast<double>(result.size());
  return result;
}

}  // namespace hone::search
