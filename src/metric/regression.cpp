#include "metric/regression.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "metric/counts.h"

namespace hone::metric {

namespace {

using Values = std::span<const double>;

// Returns the mean of f(row); each row counts as often as `counts` says.
template <typename OfRow>
double mean_of(size_t num_rows, RowCounts counts, OfRow f) {
  double sum = 0, count = 0;
  for (size_t i = 0; i < num_rows; ++i) {
    sum += counts[i] * f(i);
    count += counts[i];
  }
  return count == 0 ? kUndefined : sum / count;
}

double mean_of(Values values, RowCounts counts) {
  return mean_of(values.size(), counts, [&](size_t i) { return values[i]; });
}

double num_counted(size_t num_rows, RowCounts counts) {
  double count = 0;
  for (size_t i = 0; i < num_rows; ++i) count += counts[i];
  return count;
}

std::vector<size_t> order_of(Values values) {
  std::vector<size_t> order(values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::sort(order, [&](size_t a, size_t b) { return values[a] < values[b]; });
  return order;
}

// Returns the ranks from 1; equal values get the mean of their ranks. `order`: that of the values.
std::vector<double> ranks_of(Values values, const std::vector<size_t>& order, RowCounts counts) {
  std::vector<double> ranks(values.size());
  double before = 0;
  for (size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    double equal = 0;
    for (; end < order.size() && values[order[end]] == values[order[begin]]; ++end) equal += counts[order[end]];
    for (size_t i = begin; i < end; ++i) ranks[order[i]] = before + (equal + 1) / 2;
    before += equal;
  }
  return ranks;
}

double correlation(Values a, Values b, RowCounts counts) {
  if (num_counted(a.size(), counts) < 2) return kUndefined;
  const double mean_a = mean_of(a, counts), mean_b = mean_of(b, counts);
  double product = 0, square_a = 0, square_b = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    const double count = counts[i];
    product += count * (a[i] - mean_a) * (b[i] - mean_b);
    square_a += count * (a[i] - mean_a) * (a[i] - mean_a);
    square_b += count * (b[i] - mean_b) * (b[i] - mean_b);
  }
  if (square_a == 0 || square_b == 0) return kUndefined;
  return std::clamp(product / (std::sqrt(square_a) * std::sqrt(square_b)), -1.0, 1.0);
}

// Predictions and targets with their orders, which resamples share.
struct Pairs {
  Values predicted, targets;
  std::vector<size_t> predicted_order, targets_order;

  Pairs(Values of_predicted, Values of_targets)
      : predicted(of_predicted),
        targets(of_targets),
        predicted_order(order_of(predicted)),
        targets_order(order_of(targets)) {}
};

double mean_squared(const Pairs& pairs, RowCounts counts) {
  return mean_of(pairs.targets.size(), counts, [&](size_t i) {
    return (pairs.predicted[i] - pairs.targets[i]) * (pairs.predicted[i] - pairs.targets[i]);
  });
}

double root_mean_squared(const Pairs& pairs, RowCounts counts) { return std::sqrt(mean_squared(pairs, counts)); }

double mean_absolute(const Pairs& pairs, RowCounts counts) {
  return mean_of(pairs.targets.size(), counts,
                 [&](size_t i) { return std::abs(pairs.predicted[i] - pairs.targets[i]); });
}

// With a constant target 1 for perfect predictions, else 0, as scikit-learn's force_finite.
double r2(const Pairs& pairs, RowCounts counts) {
  const size_t num_rows = pairs.targets.size();
  if (num_counted(num_rows, counts) < 2) return kUndefined;
  const double mean = mean_of(pairs.targets, counts);
  const double residual = mean_squared(pairs, counts);
  const double total =
      mean_of(num_rows, counts, [&](size_t i) { return (pairs.targets[i] - mean) * (pairs.targets[i] - mean); });
  if (total == 0) return residual == 0 ? 1 : 0;
  return 1 - residual / total;
}

double pearson_of(const Pairs& pairs, RowCounts counts) { return correlation(pairs.predicted, pairs.targets, counts); }

double spearman_of(const Pairs& pairs, RowCounts counts) {
  return correlation(ranks_of(pairs.predicted, pairs.predicted_order, counts),
                     ranks_of(pairs.targets, pairs.targets_order, counts), counts);
}

struct RegressionMetric {
  Metric metric;
  double (*compute)(const Pairs& pairs, RowCounts counts);
};

constexpr RegressionMetric kMetrics[] = {
    {{"mse", "mean of the squared errors", Better::kLower}, mean_squared},
    {{"rmse", "root of the mean of the squared errors", Better::kLower, true}, root_mean_squared},
    {{"mae", "mean of the absolute errors", Better::kLower}, mean_absolute},
    {{"r2", "explained share of the variance"}, r2},
    {{"pearson", "linear correlation"}, pearson_of},
    {{"spearman", "correlation of the ranks", Better::kHigher, true}, spearman_of},
};

std::vector<Pairs> pairs_of(const RegressionPairs& all) {
  std::vector<Pairs> pairs;
  for (size_t target = 0; target < all.num_targets(); ++target) {
    pairs.emplace_back(all.predicted(target), all.targets(target));
  }
  return pairs;
}

// The mean of each metric over the targets.
std::vector<double> values_of(const std::vector<Pairs>& targets, RowCounts counts) {
  std::vector<double> values;
  for (const RegressionMetric& row : kMetrics) {
    double sum = 0;
    for (const Pairs& pairs : targets) sum += row.compute(pairs, counts);
    values.push_back(sum / static_cast<double>(targets.size()));
  }
  return values;
}

Json target_table(const std::vector<Pairs>& targets, const std::vector<std::string>& names) {
  Json columns = Json::array(), rows = Json::object();
  for (const RegressionMetric& row : kMetrics) columns.push_back(row.metric.name);
  for (size_t target = 0; target < targets.size(); ++target) {
    Json values = Json::object();
    for (const RegressionMetric& row : kMetrics) {
      values[std::string(row.metric.name)] = finite_or_null(row.compute(targets[target], {}));
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
  if (low == high) {  // of large numbers, a half changes nothing
    const double half = std::max(0.5, std::abs(low) / 2);
    low -= half;
    high += half;
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

// Predictions over targets: of many rows evenly spaced ones.
Json prediction_points(const RegressionPairs& pairs, const std::vector<std::string>& names) {
  constexpr size_t kMaxPoints = 1000;
  Json lines = Json::array();
  for (size_t target = 0; target < pairs.num_targets(); ++target) {
    const Values predicted = pairs.predicted(target), targets = pairs.targets(target);
    Json points = Json::array();
    const size_t count = std::min(kMaxPoints, targets.size());
    for (size_t i = 0; i < count; ++i) {
      const size_t row = i * targets.size() / count;
      points.push_back({targets[row], predicted[row]});
    }
    lines.push_back({{"name", names[target]}, {"points", std::move(points)}});
  }
  return {{"x", "target"}, {"y", "prediction"}, {"style", "points"}, {"diagonal", true}, {"lines", std::move(lines)}};
}

}  // namespace

void RegressionPairs::add(std::span<const float> predicted, std::span<const double> targets) {
  check_internal(predicted.size() == num_targets() && targets.size() == num_targets(), "a number for each target");
  for (size_t target = 0; target < num_targets(); ++target) {
    predicted_[target].push_back(predicted[target]);
    targets_[target].push_back(targets[target]);
  }
}

double pearson(std::span<const double> a, std::span<const double> b) { return correlation(a, b, {}); }

double spearman(std::span<const double> a, std::span<const double> b) { return spearman_of({a, b}, {}); }

Resampler regression_resampler(const RegressionPairs& pairs) {
  return [targets = pairs_of(pairs)](RowCounts counts) { return values_of(targets, counts); };
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
  const std::vector<Pairs> targets = pairs_of(pairs);
  const std::vector<double> values = values_of(targets, {});
  for (size_t i = 0; i < values.size(); ++i) report.values.emplace_back(kMetrics[i].metric.name, values[i]);
  if (pairs.num_targets() > 1) {
    report.remark = fmt::format("means over {} targets", pairs.num_targets());
    report.panels.push_back({"table", "per_target", "Targets", target_table(targets, names)});
  }
  report.panels.push_back({"histogram", "residuals", "Residuals", residual_histogram(pairs)});
  report.panels.push_back({"curve", "predictions", "Predictions", prediction_points(pairs, names)});
  return report;
}

}  // namespace hone::metric
