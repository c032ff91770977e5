#include "metric/language_model.h"

#include <cmath>
#include <limits>
#include <numbers>

namespace hone::metric {

namespace {

constexpr Metric kLanguageModelMetrics[] = {
    {"perplexity", "e to the mean loss of a token", Better::kLower, true},
    {"bits_per_byte", "loss in bits for each byte of the text", Better::kLower, true},
};

WindowSums sum_of(const std::vector<WindowSums>& windows, RowCounts counts) {
  WindowSums sum;
  for (size_t i = 0; i < windows.size(); ++i) {
    sum.loss += counts[i] * windows[i].loss;
    sum.num_tokens += counts[i] * windows[i].num_tokens;
    sum.num_bytes += counts[i] * windows[i].num_bytes;
  }
  return sum;
}

double mean_of(double sum, uint64_t count) {
  return count == 0 ? std::numeric_limits<double>::quiet_NaN() : sum / static_cast<double>(count);
}

// In the order of kLanguageModelMetrics.
std::vector<double> values_of(const WindowSums& sum) {
  return {std::exp(mean_of(sum.loss, sum.num_tokens)), mean_of(sum.loss / std::numbers::ln2, sum.num_bytes)};
}

}  // namespace

std::span<const Metric> language_model_metrics() { return kLanguageModelMetrics; }

Resampler language_model_resampler(const std::vector<WindowSums>& windows) {
  return [&windows](RowCounts counts) { return values_of(sum_of(windows, counts)); };
}

Report language_model_report(const std::vector<WindowSums>& windows) {
  const WindowSums sum = sum_of(windows, {});
  Report report;
  report.loss = mean_of(sum.loss, sum.num_tokens);
  const std::vector<double> values = values_of(sum);
  for (size_t i = 0; i < values.size(); ++i) {
    report.values.emplace_back(kLanguageModelMetrics[i].name, values[i]);
    report.headline.push_back(kLanguageModelMetrics[i].name);
  }
  report.num_rows = windows.size();
  report.num_targets = sum.num_tokens;
  return report;
}

}  // namespace hone::metric
