#include "metric/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <limits>

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

}  // namespace hone::metric
