#include "data/report.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "data/report_parts.h"

namespace hone::data {

namespace {

double quantile(const std::vector<double>& sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<size_t>(place);
  const size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

// All bins but the last one have the same width.
size_t bin_in(const std::vector<Distribution::Bin>& bins, double value) {
  const double place = (value - bins[0].begin) / (bins[0].end - bins[0].begin);
  auto bin = static_cast<size_t>(std::clamp(place, 0.0, static_cast<double>(bins.size() - 1)));
  // Rounding may be wrong by one.
  while (bin > 0 && bins[bin].begin > value) --bin;
  while (bin + 1 < bins.size() && bins[bin + 1].begin <= value) ++bin;
  return bin;
}

std::vector<Distribution::Bin> bins_of(const std::vector<double>& sorted, size_t max_bins) {
  const double begin = sorted.front(), end = std::max(quantile(sorted, 0.995), begin);
  const bool are_whole = std::ranges::all_of(sorted, [](double value) { return value == std::floor(value); });
  double width = (end - begin) / static_cast<double>(max_bins);
  if (are_whole) width = std::max(1.0, std::ceil((end - begin + 1) / static_cast<double>(max_bins)));
  if (width <= 0) width = 1;
  std::vector<Distribution::Bin> bins;
  for (size_t i = 0; i < max_bins; ++i) {
    const double bin_begin = begin + width * static_cast<double>(i);
    if (bin_begin > end) break;
    bins.push_back({bin_begin, bin_begin + width, 0, {}});
  }
  for (const double value : sorted) ++bins[bin_in(bins, value)].count;
  bins.back().end = std::max(bins.back().end, sorted.back());
  return bins;
}

}  // namespace

uint64_t ClassReport::total() const { return std::accumulate(rows.begin(), rows.end(), uint64_t{0}); }

size_t Distribution::bin_of(double value) const { return bin_in(bins, value); }

namespace {

// Counts whole numbers from 0 to a few times their count, such as lengths, because that is faster than sorting.
void sort_numbers(std::vector<double>& values) {
  const double limit = 4 * static_cast<double>(values.size());
  const auto is_small = [&](double value) { return value >= 0 && value < limit && value == std::floor(value); };
  if (!std::ranges::all_of(values, is_small)) {
    std::ranges::sort(values);
    return;
  }
  const auto most = static_cast<size_t>(*std::ranges::max_element(values));
  std::vector<uint32_t> counts(most + 1);
  for (const double value : values) ++counts[static_cast<size_t>(value)];
  auto to = values.begin();
  for (size_t value = 0; value < counts.size(); ++value)
    to = std::fill_n(to, counts[value], static_cast<double>(value));
}

}  // namespace

Distribution distribution_of(std::vector<double> values, size_t max_bins) {
  Distribution result;
  result.count = values.size();
  if (values.empty()) return result;
  sort_numbers(values);
  result.mean = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  result.minimum = values.front();
  result.q25 = quantile(values, 0.25);
  result.median = quantile(values, 0.5);
  result.q75 = quantile(values, 0.75);
  result.q90 = quantile(values, 0.9);
  result.q95 = quantile(values, 0.95);
  result.q99 = quantile(values, 0.99);
  result.maximum = values.back();
  result.bins = bins_of(values, max_bins);
  return result;
}

Report make_report(const ReportOptions& options) { return ReportBuilder(options).build(); }

}  // namespace hone::data
