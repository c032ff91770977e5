#include "metric/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "base/philox.h"

namespace hone::metric {

namespace {

constexpr uint32_t kSite = 0x626f6f74;  // no dropout site has this number

// Fills `counts` with how often the resample draws each row.
void draw(const RandomStream& stream, std::vector<uint32_t>& counts) {
  std::ranges::fill(counts, 0);
  const uint64_t num_rows = counts.size();
  for (uint64_t block = 0; block * 4 < num_rows; ++block) {
    const PhiloxBlock words = stream.block(block);
    for (uint64_t i = 0; i < std::min<uint64_t>(4, num_rows - block * 4); ++i) ++counts[(words[i] * num_rows) >> 32];
  }
}

// Interpolates linearly between the sorted values, as numpy.percentile.
double quantile(const std::vector<double>& sorted, double share) {
  if (sorted.empty()) return std::numeric_limits<double>::quiet_NaN();
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<size_t>(place);
  const size_t above = std::min(below + 1, sorted.size() - 1);
  return std::lerp(sorted[below], sorted[above], place - static_cast<double>(below));
}

}  // namespace

std::vector<Interval> bootstrap_intervals(uint64_t num_rows, const Resampler& values, const BootstrapOptions& options) {
  if (num_rows == 0) return {};
  std::vector<uint32_t> counts(num_rows);
  std::vector<std::vector<double>> resampled;  // by value
  for (uint32_t resample = 0; resample < options.num_resamples; ++resample) {
    draw({.seed = options.seed, .step = resample, .site = kSite}, counts);
    const std::vector<double> of_resample = values(RowCounts(counts));
    resampled.resize(of_resample.size());
    for (size_t i = 0; i < of_resample.size(); ++i) {
      if (!std::isnan(of_resample[i])) resampled[i].push_back(of_resample[i]);
    }
  }
  std::vector<Interval> intervals;
  const double outside = (1 - options.confidence) / 2;
  for (std::vector<double>& each : resampled) {
    std::ranges::sort(each);
    intervals.push_back({quantile(each, outside), quantile(each, 1 - outside)});
  }
  return intervals;
}

std::vector<std::vector<double>> paired_resamples(const std::vector<uint64_t>& order, const Resampler& values,
                                                  const BootstrapOptions& options) {
  std::vector<std::vector<double>> resamples;
  if (order.empty() || !values) return resamples;
  std::vector<uint32_t> counts(order.size()), ordered(order.size());
  for (uint32_t resample = 0; resample < options.num_resamples; ++resample) {
    draw({.seed = options.seed, .step = resample, .site = kSite}, counts);
    for (size_t i = 0; i < order.size(); ++i) ordered[i] = counts[order[i]];
    resamples.push_back(values(RowCounts(ordered)));
  }
  return resamples;
}

PairedDifference paired_difference(const std::vector<double>& first, const std::vector<double>& second,
                                   double confidence) {
  check_internal(first.size() == second.size(), "paired resamples differ in number");
  std::vector<double> differences;
  double above = 0;
  for (size_t i = 0; i < first.size(); ++i) {
    const double difference = first[i] - second[i];
    if (std::isnan(difference)) continue;
    differences.push_back(difference);
    above += difference > 0 ? 1 : difference == 0 ? 0.5 : 0;
  }
  std::ranges::sort(differences);
  const double outside = (1 - confidence) / 2;
  return {{quantile(differences, outside), quantile(differences, 1 - outside)},
          above / std::max<double>(1, static_cast<double>(differences.size()))};
}

// Twice the lower tail of the binomial distribution with probability 1/2.
double mcnemar_p_value(uint64_t first_only, uint64_t second_only) {
  const double n = static_cast<double>(first_only + second_only);
  const uint64_t fewer = std::min(first_only, second_only);
  double tail = 0;
  for (uint64_t k = 0; k <= fewer; ++k) {
    const double x = static_cast<double>(k);
    tail += std::exp(std::lgamma(n + 1) - std::lgamma(x + 1) - std::lgamma(n - x + 1) - n * std::log(2.0));
  }
  return std::min(1.0, 2 * tail);
}

}  // namespace hone::metric
