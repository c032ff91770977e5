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

}  // namespace hone::metric
