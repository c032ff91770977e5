// The Parzen estimator of Optuna's TPESampler: a mixture of products of truncated normals and categorical
// distributions, one kernel for each observed trial and one for the whole space.
#pragma once

#include <string>
#include <vector>

#include "search/distribution.h"
#include "search/random_state.h"

namespace hone::search {

// One parameter of every kernel. Of numbers: mean and deviation, in the logarithm if the range is; of choices: a weight
// for each.
struct ParzenDimension {
  Distribution distribution;
  std::vector<double> mu, sigma;
  std::vector<std::vector<double>> choice_weights;  // [kernels][choices]
};

class ParzenEstimator {
 public:
  // `observations[d]`: the internal values of parameter d in each trial, in the order of the trials. Later trials weigh
  // more. All parameters have the same number of observations, which may be 0.
  ParzenEstimator(const std::vector<Distribution>& space, const std::vector<std::vector<double>>& observations);

  // Draws points; [points][parameters].
  std::vector<std::vector<double>> sample(RandomState& random, size_t count) const;
  double log_density(const std::vector<double>& point) const;

 private:
  void sample_numbers(RandomState& random, const std::vector<size_t>& kernels,
                      std::vector<std::vector<double>>& points) const;

  std::vector<ParzenDimension> dimensions_;
  std::vector<double> weights_;  // of the kernels; their sum is 1
};

// Returns the weights that TPE gives to trials by age: all 1, or, of more than 24, a ramp for all but the last 25.
std::vector<double> age_weights(size_t count);

// Returns the weights of the choices in each kernel, one for each observation and one for the prior.
std::vector<std::vector<double>> choice_kernels(const std::vector<double>& observations, size_t num_choices);

// Returns the logarithm of sum(weights * exp(log_densities)).
double log_weighted_sum(const std::vector<double>& weights, const std::vector<double>& log_densities);

// Returns the limits of the kernels of a range: with half a step more at each end, in the logarithm if the range is.
struct KernelLimits {
  double low, high;
};
KernelLimits kernel_limits(const Distribution& distribution);

// Returns the logarithm of the density, or of the mass of the step around x, of one kernel.
double log_number_kernel(const Distribution& distribution, double x, double mu, double sigma);

}  // namespace hone::search
