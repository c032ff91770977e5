// Metrics of predicted numbers, as in scikit-learn (mean_squared_error, mean_absolute_error, r2_score) and scipy
// (pearsonr, spearmanr).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "metric/bootstrap.h"
#include "metric/report.h"

namespace hone::metric {

// Predictions and targets of all rows, for each of K targets.
class RegressionPairs {
 public:
  explicit RegressionPairs(size_t num_targets) : predicted_(num_targets), targets_(num_targets) {}

  // Both have K finite numbers.
  void add(std::span<const float> predicted, std::span<const double> targets);

  size_t num_targets() const { return targets_.size(); }
  std::span<const double> predicted(size_t target) const { return predicted_[target]; }
  std::span<const double> targets(size_t target) const { return targets_[target]; }

 private:
  std::vector<std::vector<double>> predicted_, targets_;  // by target, then by row
};

// NaN with fewer than two rows or if one of both is constant. Equal values share the mean of their ranks.
double pearson(std::span<const double> a, std::span<const double> b);
double spearman(std::span<const double> a, std::span<const double> b);

// Every metric of regression, in the order of logs and reports. With several targets each is the mean over them.
std::span<const Metric> regression_metrics();

// Computes the values of regression_report for resamples. `pairs` must outlive the result.
Resampler regression_resampler(const RegressionPairs& pairs);

// Metrics, a table of the targets if there are several (`names`), and a histogram of the residuals.
Report regression_report(const RegressionPairs& pairs, const std::vector<std::string>& names);

}  // namespace hone::metric
