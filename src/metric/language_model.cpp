#include "metric/language_model.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace hone::metric {

namespace {

double mean_of(double sum, uint64_t count) {
  return count == 0 ? std::numeric_limits<double>::quiet_NaN() : sum / static_cast<double>(count);
}

double perplexity(const WindowSums& sum) { return std::exp(mean_of(sum.loss, sum.num_tokens)); }
double bits_per_byte(const WindowSums& sum) { return mean_of(sum.loss / std::numbers::ln2, sum.num_bytes); }
double accuracy(const WindowSums& sum) { return mean_of(static_cast<double>(sum.num_right), sum.num_tokens); }

constexpr Metric kPerplexity{"perplexity", "e to the mean loss of a token", Better::kLower, true};
constexpr Metric kBitsPerByte{"bits_per_byte", "loss in bits for each byte of the text", Better::kLower, true};
constexpr Metric kAccuracy{"accuracy", "share of the hidden tokens that the model thinks most likely", Better::kHigher,
                           true};
constexpr Metric kLanguageModelMetrics[] = {kPerplexity, kBitsPerByte};
constexpr Metric kMaskedModelMetrics[] = {kPerplexity, kAccuracy};

struct ValueRow {
  std::string_view name;
  double (*value)(const WindowSums& sum);
};
constexpr ValueRow kValues[] = {
    {kPerplexity.name, perplexity}, {kBitsPerByte.name, bits_per_byte}, {kAccuracy.name, accuracy}};

WindowSums sum_of(const std::vector<WindowSums>& windows, RowCounts counts) {
  WindowSums sum;
  for (size_t i = 0; i < windows.size(); ++i) {
    sum.loss += counts[i] * windows[i].loss;
    sum.num_tokens += counts[i] * windows[i].num_tokens;
    sum.num_bytes += counts[i] * windows[i].num_bytes;
    sum.num_right += counts[i] * windows[i].num_right;
  }
  return sum;
}

// In the order of the metrics.
std::vector<double> values_of(const WindowSums& sum, std::span<const Metric> metrics) {
  std::vector<double> values;
  for (const Metric& metric : metrics) {
    values.push_back(std::ranges::find(kValues, metric.name, &ValueRow::name)->value(sum));
  }
  return values;
}

}  // namespace

std::span<const Metric> language_model_metrics() { return kLanguageModelMetrics; }
std::span<const Metric> masked_model_metrics() { return kMaskedModelMetrics; }

Resampler language_model_resampler(const std::vector<WindowSums>& windows, std::span<const Metric> metrics) {
  return [&windows, metrics](RowCounts counts) { return values_of(sum_of(windows, counts), metrics); };
}

Report language_model_report(const std::vector<WindowSums>& windows, std::span<const Metric> metrics) {
  const WindowSums sum = sum_of(windows, {});
  Report report;
  report.loss = mean_of(sum.loss, sum.num_tokens);
  const std::vector<double> values = values_of(sum, metrics);
  for (size_t i = 0; i < values.size(); ++i) {
    report.values.emplace_back(metrics[i].name, values[i]);
    report.headline.push_back(metrics[i].name);
  }
  report.num_rows = windows.size();
  report.num_targets = sum.num_tokens;
  return report;
}

}  // namespace hone::metric
