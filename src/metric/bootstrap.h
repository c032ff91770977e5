// Bootstrap confidence intervals of metrics: the percentile method of Efron and Tibshirani, "An introduction to the
// bootstrap", chapter 13. Equal to scipy.stats.bootstrap(method="percentile") apart from the draws.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "metric/report.h"
#include "metric/row_counts.h"

namespace hone::metric {

struct BootstrapOptions {
  double confidence = 0.95;  // share of the resamples inside the interval, between 0 and 1
  uint32_t num_resamples = 1000;
  uint64_t seed = 42;
};

// Returns the values of a report, in its order, if each row counts as often as a resample drew it.
using Resampler = std::function<std::vector<double>(RowCounts counts)>;

// Returns the interval of each value. A resample in which a value is NaN does not count for this value; if it is NaN in
// all of them, so are the limits. Element i of resample r is row floor(word * num_rows / 2^32), where `word` is element
// i of the Philox stream of the seed at step r. No rows give no intervals.
std::vector<Interval> bootstrap_intervals(uint64_t num_rows, const Resampler& values, const BootstrapOptions& options);

// Returns the value of each metric in each resample, [resamples][values]. `order[i]`: the row of the data set that the
// evaluation added as its row i. The draws are of the data set's rows, so two models that are evaluated on the same
// rows in different orders get the same resamples, and their values can be compared in pairs.
std::vector<std::vector<double>> paired_resamples(const std::vector<uint64_t>& order, const Resampler& values,
                                                  const BootstrapOptions& options);

// The comparison of two models on the same resamples.
struct PairedDifference {
  Interval interval;       // of first - second
  double share_above = 0;  // of the resamples in which the first is larger; ties count half
  bool is_distinct() const { return interval.low > 0 || interval.high < 0; }
};
// Ignores resamples in which a value is NaN. Both must have the same number of resamples.
PairedDifference paired_difference(const std::vector<double>& first, const std::vector<double>& second,
                                   double confidence);

// Returns the p-value of McNemar's exact test: `first_only` rows are right only in the first model, `second_only` only
// in the second. McNemar, "Note on the sampling error of the difference between correlated proportions", 1947.
double mcnemar_p_value(uint64_t first_only, uint64_t second_only);

}  // namespace hone::metric
