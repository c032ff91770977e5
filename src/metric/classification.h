// Metrics of rows with one label each. Definitions as in scikit-learn: an undefined ratio of counts is 0
// (zero_division=0), any other undefined metric is NaN.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "metric/bootstrap.h"
#include "metric/class_scores.h"
#include "metric/report.h"

namespace hone::metric {

// A wrongly predicted row.
struct Mistake {
  uint64_t row = 0;
  int64_t label = 0, predicted = 0;
  double score = 0;  // the probability that the model gives the true label
  double loss = 0;   // -log(score)
};

// Makes a mistake from one row's finite logits [K]; `predicted` is the label with the highest logit.
Mistake make_mistake(uint64_t row, std::span<const float> logits, int64_t label, int64_t predicted);

// Every metric of classification, in the order of logs and reports. "precision", "recall", "f1", "roc_auc" and
// "average_precision" are those of the positive class (the second one) if there are two labels, else the macro average.
std::span<const Metric> classification_metrics();

// Those that apply to this number of labels.
std::vector<Metric> classification_metrics(int64_t num_labels);

// Returns the value of each metric that applies. Calls visit(label, ranking) for the ranking of each label (of two
// labels only the second), of which one at a time is in memory.
using RankingVisitor = std::function<void(int64_t label, const Ranking& ranking)>;
std::vector<std::pair<std::string_view, double>> compute_metrics(const ClassScores& scores,
                                                                 const RankingVisitor& visit = {});

// Computes the same metrics for resamples. The rank metrics are NaN if there are more than kMaxResampledScores scores.
// `scores` must outlive the result.
Resampler classification_resampler(const ClassScores& scores);

}  // namespace hone::metric
