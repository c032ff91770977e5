#include "advise/curves.h"

#include <algorithm>
#include <cmath>

namespace hone::advise {

std::vector<Sample> binned(std::span<const Sample> samples, size_t max_bins) {
  std::vector<Sample> finite;
  std::copy_if(samples.begin(), samples.end(), std::back_inserter(finite),
               [](const Sample& sample) { return std::isfinite(sample.value); });
  if (max_bins == 0) return {};
  if (finite.size() <= max_bins) return finite;
  std::vector<Sample> bins;
  for (size_t bin = 0; bin < max_bins; ++bin) {
    const size_t begin = bin * finite.size() / max_bins, end = (bin + 1) * finite.size() / max_bins;
    Sample mean = finite[end - 1];
    mean.value = mean_of(std::span(finite).subspan(begin, end - begin));
    bins.push_back(mean);
  }
  return bins;
}

std::optional<double> mean_between(std::span<const Sample> samples, int64_t after, int64_t until) {
  double sum = 0;
  size_t count = 0;
  for (const Sample& sample : samples) {
    if (sample.step <= after || sample.step > until || !std::isfinite(sample.value)) continue;
    sum += sample.value;
    ++count;
  }
  return count == 0 ? std::nullopt : std::optional(sum / static_cast<double>(count));
}

double mean_of(std::span<const Sample> samples) {
  double sum = 0;
  for (const Sample& sample : samples) sum += sample.value;
  return sum / static_cast<double>(samples.size());
}

double standard_errors_between(std::span<const Sample> a, std::span<const Sample> b) {
  if (a.size() < 2 || b.size() < 2) return 0;
  const auto squared_error = [](std::span<const Sample> samples) {
    const double mean = mean_of(samples);
    double sum = 0;
    for (const Sample& sample : samples) sum += (sample.value - mean) * (sample.value - mean);
    return sum / static_cast<double>((samples.size() - 1) * samples.size());
  };
  const double error = std::sqrt(squared_error(a) + squared_error(b));
  const double difference = std::abs(mean_of(a) - mean_of(b));
  return error > 0 ? difference / error : difference > 0 ? std::numeric_limits<double>::infinity() : 0;
}

double median_of(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

Interval wilson_interval(double share, uint64_t rows) {
  constexpr double kZ = 1.959963984540054;  // the 97.5 % quantile of the normal distribution
  const auto n = static_cast<double>(rows);
  const double scale = 1 + kZ * kZ / n;
  const double center = (share + kZ * kZ / (2 * n)) / scale;
  const double half = kZ / scale * std::sqrt(share * (1 - share) / n + kZ * kZ / (4 * n * n));
  return {std::max(0.0, center - half), std::min(1.0, center + half)};
}

double guessing_loss(std::span<const ClassResult> classes) {
  double all = 0, loss = 0;
  for (const ClassResult& row : classes) all += static_cast<double>(row.rows);
  for (const ClassResult& row : classes) {
    const double share = static_cast<double>(row.rows) / all;
    if (share > 0) loss -= share * std::log(share);
  }
  return loss;
}

}  // namespace hone::advise
