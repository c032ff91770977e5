#include "metric/regression.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/error.h"

namespace hone::metric {

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

double mean_of(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

// Returns the ranks from 1; equal values get the mean of their ranks.
std::vector<double> ranks_of(std::span<const double> values) {
  std::vector<size_t> order(values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::sort(order, [&](size_t a, size_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  for (size_t begin = 0; begin < order.size();) {
    size_t end = begin + 1;
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    for (size_t i = begin; i < end; ++i) ranks[order[i]] = static_cast<double>(begin + end + 1) / 2;
    begin = end;
  }
  return ranks;
}

using Values = std::span<const double>;

double mean_squared(Values predicted, Values targets) {
  double sum = 0;
  for (size_t i = 0; i < targets.size(); ++i) sum += (predicted[i] - targets[i]) * (predicted[i] - targets[i]);
  return targets.empty() ? kNan : sum / static_cast<double>(targets.size());
}

double root_mean_squared(Values predicted, Values targets) { return std::sqrt(mean_squared(predicted, targets)); }

double mean_absolute(Values predicted, Values targets) {
  double sum = 0;
  for (size_t i = 0; i < targets.size(); ++i) sum += std::abs(predicted[i] - targets[i]);
  return targets.empty() ? kNan : sum / static_cast<double>(targets.size());
}

// With a constant target 1 for perfect predictions, else 0, as scikit-learn's force_finite.
double r2(Values predicted, Values targets) {
  if (targets.size() < 2) return kNan;
  const double mean = mean_of(targets);
  double residual = 0, total = 0;
  for (size_t i = 0; i < targets.size(); ++i) {
    residual += (predicted[i] - targets[i]) * (predicted[i] - targets[i]);
    total += (targets[i] - mean) * (targets[i] - mean);
  }
  if (total == 0) return residual == 0 ? 1 : 0;
  return 1 - residual / total;
}

struct RegressionMetric {
  Metric metric;
  double (*compute)(Values predicted, Values targets);
};

constexpr RegressionMetric kMetrics[] = {
    {{"mse", "mean of the squared errors", Better::kLower}, mean_squared},
    {{"rmse", "root of the mean of the squared errors", Better::kLower, true}, root_mean_squared},
    {{"mae", "mean of the absolute errors", Better::kLower}, mean_absolute},
    {{"r2", "explained share of the variance"}, r2},
    {{"pearson", "linear correlation"}, pearson},
    {{"spearman", "correlation of the ranks", Better::kHigher, true}, spearman},
};

Json target_table(const RegressionPairs& pairs, const std::vector<std::string>& names) {
  Json columns = Json::array(), rows = Json::object();
  for (const RegressionMetric& row : kMetrics) columns.push_back(row.metric.name);
  for (size_t target = 0; target < pairs.num_targets(); ++target) {
    Json values = Json::object();
    for (const RegressionMetric& row : kMetrics) {
      values[std::string(row.metric.name)] =
          finite_or_null(row.compute(pairs.predicted(target), pairs.targets(target)));
    }
    append_member(rows, names[target], std::move(values));
  }
  Json table = {{"key", "target"}};
  table["columns"] = std::move(columns);
  table["rows"] = std::move(rows);
  return table;
}

// Counts of prediction - target in twenty bins of equal width.
Json residual_histogram(const RegressionPairs& pairs) {
  constexpr size_t kBins = 20;
  std::vector<double> residuals;
  for (size_t target = 0; target < pairs.num_targets(); ++target) {
    const Values predicted = pairs.predicted(target), targets = pairs.targets(target);
    for (size_t i = 0; i < targets.size(); ++i) residuals.push_back(predicted[i] - targets[i]);
  }
  if (residuals.empty()) residuals.push_back(0);
  auto [low, high] = std::ranges::minmax(residuals);
  if (low == high) {
    low -= 0.5;
    high += 0.5;
  }
  const double width = (high - low) / kBins;
  std::vector<double> edges(kBins + 1);
  for (size_t i = 0; i < edges.size(); ++i) edges[i] = low + width * static_cast<double>(i);
  std::vector<uint64_t> counts(kBins);
  for (const double residual : residuals) {
    ++counts[std::min(kBins - 1, static_cast<size_t>((residual - low) / width))];
  }
  return {{"x", "prediction - target"}, {"edges", edges}, {"counts", counts}};
}

}  // namespace

void RegressionPairs::add(std::span<const float> predicted, std::span<const double> targets) {
  check_internal(predicted.size() == num_targets() && targets.size() == num_targets(), "a number for each target");
  for (size_t target = 0; target < num_targets(); ++target) {
    predicted_[target].push_back(predicted[target]);
    targets_[target].push_back(targets[target]);
  }
}

double pearson(std::span<const double> a, std::span<const double> b) {
  if (a.size() < 2) return kNan;
  const double mean_a = mean_of(a), mean_b = mean_of(b);
  double product = 0, square_a = 0, square_b = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    product += (a[i] - mean_a) * (b[i] - mean_b);
    square_a += (a[i] - mean_a) * (a[i] - mean_a);
    square_b += (b[i] - mean_b) * (b[i] - mean_b);
  }
  if (square_a == 0 || square_b == 0) return kNan;
  return std::clamp(product / (std::sqrt(square_a) * std::sqrt(square_b)), -1.0, 1.0);
}

double spearman(std::span<const double> a, std::span<const double> b) {
  const std::vector<double> ranks_a = ranks_of(a), ranks_b = ranks_of(b);
  return pearson(ranks_a, ranks_b);
}

std::span<const Metric> regression_metrics() {
  static const std::vector<Metric> all = [] {
    std::vector<Metric> metrics;
    for (const RegressionMetric& row : kMetrics) metrics.push_back(row.metric);
    return metrics;
  }();
  return all;
}

Report regression_report(const RegressionPairs& pairs, const std::vector<std::string>& names) {
  Report report{.headline = {"rmse", "mae", "r2", "pearson", "spearman"}};
  const auto num_targets = static_cast<double>(pairs.num_targets());
  for (const RegressionMetric& row : kMetrics) {
    double sum = 0;
    for (size_t target = 0; target < pairs.num_targets(); ++target) {
      sum += row.compute(pairs.predicted(target), pairs.targets(target));
    }
    report.values.emplace_back(row.metric.name, sum / num_targets);
  }
  if (pairs.num_targets() > 1) {
    report.remark = fmt::format("means over {} targets", pairs.num_targets());
    report.panels.push_back({"table", "per_target", "Targets", target_table(pairs, names)});
  }
  report.panels.push_back({"histogram", "residuals", "Residuals", residual_histogram(pairs)});
  return report;
}

}  // namespace hone::metric
