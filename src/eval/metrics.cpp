#include "eval/metrics.h"

#include <algorithm>

#include "base/error.h"

namespace hone::eval {

namespace {

double ratio(double part, double whole) { return whole == 0 ? 0 : part / whole; }

using ScoreOf = double (*)(const LabelScores&);

double precision_of(const LabelScores& scores) { return scores.precision; }
double recall_of(const LabelScores& scores) { return scores.recall; }
double f1_of(const LabelScores& scores) { return scores.f1; }

template <ScoreOf score>
double positive(const ConfusionMatrix& matrix) {
  return score(label_scores(matrix, 1));
}

// Averages over the labels that occur among the true labels or the predictions, as scikit-learn does.
template <ScoreOf score>
double macro(const ConfusionMatrix& matrix) {
  double sum = 0, labels = 0;
  for (int64_t label = 0; label < matrix.num_labels(); ++label) {
    if (matrix.num_of_label(label) + matrix.num_of_prediction(label) == 0) continue;
    sum += score(label_scores(matrix, label));
    labels += 1;
  }
  return ratio(sum, labels);
}

template <ScoreOf score>
double weighted(const ConfusionMatrix& matrix) {
  double sum = 0;
  for (int64_t label = 0; label < matrix.num_labels(); ++label) {
    const LabelScores scores = label_scores(matrix, label);
    sum += score(scores) * static_cast<double>(scores.support);
  }
  return ratio(sum, static_cast<double>(matrix.total()));
}

template <ScoreOf score>
double usual(const ConfusionMatrix& matrix) {
  return matrix.num_labels() == 2 ? positive<score>(matrix) : macro<score>(matrix);
}

// With one label for each row, micro-averaged precision, recall and F1 are all equal to the accuracy.
double accuracy(const ConfusionMatrix& matrix) {
  return ratio(static_cast<double>(matrix.correct()), static_cast<double>(matrix.total()));
}

constexpr Metric kMetrics[] = {
    {"accuracy", "share of the rows whose prediction is right", accuracy},
    {"precision", "of the second label if there are two labels, else macro", usual<precision_of>},
    {"recall", "of the second label if there are two labels, else macro", usual<recall_of>},
    {"f1", "of the second label if there are two labels, else macro", usual<f1_of>},
    {"f1_binary", "F1 of the second label", positive<f1_of>, true},
    {"precision_macro", "mean over the labels", macro<precision_of>},
    {"recall_macro", "mean over the labels", macro<recall_of>},
    {"f1_macro", "mean over the labels", macro<f1_of>},
    {"precision_micro", "over all rows", accuracy},
    {"recall_micro", "over all rows", accuracy},
    {"f1_micro", "over all rows", accuracy},
    {"precision_weighted", "mean over the labels, weighted by their rows", weighted<precision_of>},
    {"recall_weighted", "mean over the labels, weighted by their rows", weighted<recall_of>},
    {"f1_weighted", "mean over the labels, weighted by their rows", weighted<f1_of>},
};

// Metrics that do not come from a confusion matrix. Lower values are better.
constexpr std::string_view kErrorMeasures[] = {"loss", "mae", "mse", "rmse", "perplexity"};

}  // namespace

ConfusionMatrix::ConfusionMatrix(int64_t num_labels)
    : of_label_(static_cast<size_t>(num_labels)), of_prediction_(static_cast<size_t>(num_labels)) {}

void ConfusionMatrix::add(int64_t label, int64_t predicted) {
  check_internal(label >= 0 && label < num_labels() && predicted >= 0 && predicted < num_labels(),
                 "a label is outside the confusion matrix");
  ++counts_[key(label, predicted)];
  ++of_label_[static_cast<size_t>(label)];
  ++of_prediction_[static_cast<size_t>(predicted)];
  ++total_;
  correct_ += label == predicted ? 1 : 0;
}

uint64_t ConfusionMatrix::key(int64_t label, int64_t predicted) const {
  return static_cast<uint64_t>(label) * of_label_.size() + static_cast<uint64_t>(predicted);
}

uint64_t ConfusionMatrix::count(int64_t label, int64_t predicted) const {
  const auto found = counts_.find(key(label, predicted));
  return found == counts_.end() ? 0 : found->second;
}

std::vector<ConfusionMatrix::Cell> ConfusionMatrix::cells() const {
  std::vector<Cell> cells;
  cells.reserve(counts_.size());
  for (const auto& [key, count] : counts_) {
    const auto num_labels = of_label_.size();
    cells.push_back({static_cast<int64_t>(key / num_labels), static_cast<int64_t>(key % num_labels), count});
  }
  std::sort(cells.begin(), cells.end(), [](const Cell& a, const Cell& b) {
    return std::pair(a.label, a.predicted) < std::pair(b.label, b.predicted);
  });
  return cells;
}

LabelScores label_scores(const ConfusionMatrix& matrix, int64_t label) {
  const double right = static_cast<double>(matrix.count(label, label));
  LabelScores scores;
  scores.support = matrix.num_of_label(label);
  const double predicted = static_cast<double>(matrix.num_of_prediction(label));
  scores.precision = ratio(right, predicted);
  scores.recall = ratio(right, static_cast<double>(scores.support));
  scores.f1 = ratio(2 * right, predicted + static_cast<double>(scores.support));
  return scores;
}

std::span<const Metric> metrics() { return kMetrics; }

bool greater_is_better(std::string_view metric) {
  for (const Metric& row : kMetrics) {
    if (row.name == metric) return row.greater_is_better;
  }
  return std::find(std::begin(kErrorMeasures), std::end(kErrorMeasures), metric) == std::end(kErrorMeasures);
}

std::vector<std::pair<std::string, double>> compute_metrics(const ConfusionMatrix& matrix) {
  std::vector<std::pair<std::string, double>> values;
  for (const Metric& metric : kMetrics) {
    if (!metric.only_binary || matrix.num_labels() == 2) values.emplace_back(metric.name, metric.compute(matrix));
  }
  return values;
}

}  // namespace hone::eval
