#include "search/parzen.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "search/truncated_normal.h"

namespace hone::search {

namespace {

constexpr size_t kFullWeightTrials = 25;
constexpr double kPriorWeight = 1;

// The deviation of each kernel is the larger distance to its neighbours; that of the first and last is the distance to
// their only neighbour. "Magic clip": not below a share of the range that shrinks with the number of trials.
std::vector<double> deviations(const std::vector<double>& mu, const KernelLimits& limits) {
  const size_t count = mu.size();
  std::vector<size_t> order(count);
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return mu[a] < mu[b]; });
  const double range = limits.high - limits.low;
  const double smallest = range / std::min(100.0, 2.0 + static_cast<double>(count));
  std::vector<double> sigma(count);
  for (size_t place = 0; place < count; ++place) {
    const double here = mu[order[place]];
    const double before = here - (place > 0 ? mu[order[place - 1]] : limits.low);
    const double after = (place + 1 < count ? mu[order[place + 1]] : limits.high) - here;
    double deviation = std::max(before, after);
    if (count >= 2 && place == 0) deviation = after;
    if (count >= 2 && place + 1 == count) deviation = before;
    sigma[order[place]] = std::clamp(deviation, smallest, range);
  }
  return sigma;
}

ParzenDimension dimension_of(const Distribution& distribution, const std::vector<double>& observations) {
  ParzenDimension dimension{distribution, {}, {}, {}};
  if (distribution.is_categorical()) {
    dimension.choice_weights = choice_kernels(observations, distribution.choices.size());
    return dimension;
  }
  const KernelLimits limits = kernel_limits(distribution);
  for (const double value : observations) dimension.mu.push_back(distribution.log ? std::log(value) : value);
  dimension.sigma = deviations(dimension.mu, limits);
  dimension.mu.push_back(0.5 * (limits.low + limits.high));
  dimension.sigma.push_back(limits.high - limits.low);
  return dimension;
}

// The kernels of integers are discrete even if the range is logarithmic.
bool is_discrete(const Distribution& distribution) { return distribution.step.has_value(); }

// Returns the limits between which a value is drawn, in the logarithm if the range is.
KernelLimits sampled_limits(const Distribution& distribution) {
  if (is_discrete(distribution)) return kernel_limits(distribution);
  return distribution.log ? KernelLimits{std::log(distribution.low), std::log(distribution.high)}
                          : KernelLimits{distribution.low, distribution.high};
}

double as_value(const Distribution& distribution, double drawn) {
  const double value = distribution.log ? std::exp(drawn) : drawn;
  if (!is_discrete(distribution)) return value;
  const double steps = std::nearbyint((value - distribution.low) / *distribution.step);
  return std::clamp(distribution.low + steps * *distribution.step, distribution.low, distribution.high);
}

}  // namespace

std::vector<double> age_weights(size_t count) {
  std::vector<double> weights(count, 1.0);
  if (count < kFullWeightTrials) return weights;
  const size_t ramp = count - kFullWeightTrials;
  const double first = 1.0 / static_cast<double>(count);
  for (size_t i = 0; i < ramp; ++i) {
    weights[i] = ramp == 1 ? first : first + (1 - first) * static_cast<double>(i) / static_cast<double>(ramp - 1);
  }
  return weights;
}

std::vector<std::vector<double>> choice_kernels(const std::vector<double>& observations, size_t num_choices) {
  if (observations.empty()) return {std::vector<double>(num_choices, 1.0 / static_cast<double>(num_choices))};
  const double num_kernels = static_cast<double>(observations.size() + 1);
  std::vector<std::vector<double>> kernels(observations.size() + 1,
                                           std::vector<double>(num_choices, kPriorWeight / num_kernels));
  for (size_t i = 0; i < observations.size(); ++i) kernels[i][static_cast<size_t>(observations[i])] += 1;
  for (std::vector<double>& weights : kernels) {
    const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
    for (double& weight : weights) weight /= sum;
  }
  return kernels;
}

KernelLimits kernel_limits(const Distribution& distribution) {
  const double half_step = distribution.step.value_or(0) / 2;
  const double low = distribution.low - half_step, high = distribution.high + half_step;
  return distribution.log ? KernelLimits{std::log(low), std::log(high)} : KernelLimits{low, high};
}

double log_number_kernel(const Distribution& distribution, double x, double mu, double sigma) {
  const auto [low, high] = sampled_limits(distribution);
  const double a = (low - mu) / sigma, b = (high - mu) / sigma;
  const auto scaled = [&](double value) { return ((distribution.log ? std::log(value) : value) - mu) / sigma; };
  if (!is_discrete(distribution)) return truncated_normal_log_density(scaled(x), a, b) - std::log(sigma);
  const double half_step = *distribution.step / 2;
  return log_normal_mass(scaled(x - half_step), scaled(x + half_step)) - log_normal_mass(a, b);
}

double log_weighted_sum(const std::vector<double>& weights, const std::vector<double>& log_densities) {
  std::vector<double> terms(weights.size());
  for (size_t i = 0; i < terms.size(); ++i) terms[i] = log_densities[i] + std::log(weights[i]);
  double largest = *std::max_element(terms.begin(), terms.end());
  if (std::isinf(largest) && largest < 0) largest = 0;
  double sum = 0;
  for (const double term : terms) sum += std::exp(term - largest);
  return std::log(sum) + largest;
}

ParzenEstimator::ParzenEstimator(const std::vector<Distribution>& space,
                                 const std::vector<std::vector<double>>& observations) {
  const size_t count = observations.empty() ? 0 : observations.front().size();
  weights_ = age_weights(count);
  weights_.push_back(kPriorWeight);
  const double sum = std::accumulate(weights_.begin(), weights_.end(), 0.0);
  for (double& weight : weights_) weight /= sum;
  for (size_t d = 0; d < space.size(); ++d) dimensions_.push_back(dimension_of(space[d], observations[d]));
}

std::vector<std::vector<double>> ParzenEstimator::sample(RandomState& random, size_t count) const {
  const std::vector<size_t> kernels = random.choice(weights_, count);
  std::vector<std::vector<double>> points(count, std::vector<double>(dimensions_.size()));
  for (size_t d = 0; d < dimensions_.size(); ++d) {
    if (!dimensions_[d].distribution.is_categorical()) continue;
    for (size_t i = 0; i < count; ++i) {
      const double quantile = random.uniform();
      const std::vector<double>& weights = dimensions_[d].choice_weights[kernels[i]];
      double sum = 0;
      size_t choice = 0;
      for (; choice + 1 < weights.size(); ++choice) {
        sum += weights[choice];
        if (sum >= quantile) break;
      }
      points[i][d] = static_cast<double>(choice);
    }
  }
  sample_numbers(random, kernels, points);
  return points;
}

void ParzenEstimator::sample_numbers(RandomState& random, const std::vector<size_t>& kernels,
                                     std::vector<std::vector<double>>& points) const {
  for (size_t d = 0; d < dimensions_.size(); ++d) {
    const ParzenDimension& dimension = dimensions_[d];
    if (dimension.distribution.is_categorical()) continue;
    const auto [low, high] = sampled_limits(dimension.distribution);
    for (size_t i = 0; i < kernels.size(); ++i) {
      const double mu = dimension.mu[kernels[i]], sigma = dimension.sigma[kernels[i]];
      const double drawn =
          truncated_normal_quantile(random.uniform(), (low - mu) / sigma, (high - mu) / sigma) * sigma + mu;
      points[i][d] = as_value(dimension.distribution, drawn);
    }
  }
}

double ParzenEstimator::log_density(const std::vector<double>& point) const {
  std::vector<double> sums(weights_.size(), 0.0);
  for (size_t d = 0; d < dimensions_.size(); ++d) {
    const ParzenDimension& dimension = dimensions_[d];
    for (size_t kernel = 0; kernel < sums.size(); ++kernel) {
      sums[kernel] +=
          dimension.distribution.is_categorical()
              ? std::log(dimension.choice_weights[kernel][static_cast<size_t>(point[d])])
              : log_number_kernel(dimension.distribution, point[d], dimension.mu[kernel], dimension.sigma[kernel]);
    }
  }
  return log_weighted_sum(weights_, sums);
}

}  // namespace hone::search
