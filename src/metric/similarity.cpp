#include "metric/similarity.h"

#include <limits>

namespace hone::metric {

namespace {

constexpr Metric kMetrics[] = {
    {"spearman_cosine", "rank correlation of the cosines of the pairs with their scores", Better::kHigher, true},
    {"pearson_cosine", "correlation of the cosines of the pairs with their scores", Better::kHigher},
    {"accuracy_at_1", "share of the pairs whose second text is nearer to the first than all other second texts",
     Better::kHigher, true, true}};

}  // namespace

std::span<const Metric> similarity_metrics() { return kMetrics; }
std::span<const Metric> scored_pair_metrics() { return std::span(kMetrics).first(2); }
std::span<const Metric> pair_metrics() { return std::span(kMetrics).last(1); }

Report scored_pair_report(const RegressionPairs& pairs) {
  Report report{.headline = {"spearman_cosine", "pearson_cosine"}};
  report.values = {{"spearman_cosine", spearman(pairs.predicted(0), pairs.targets(0))},
                   {"pearson_cosine", pearson(pairs.predicted(0), pairs.targets(0))}};
  return report;
}

Report pair_report(uint64_t num_right, uint64_t num_pairs) {
  Report report{.headline = {"accuracy_at_1"}};
  const double share = num_pairs == 0 ? std::numeric_limits<double>::quiet_NaN()
                                      : static_cast<double>(num_right) / static_cast<double>(num_pairs);
  report.values = {{"accuracy_at_1", share}};
  return report;
}

}  // namespace hone::metric
