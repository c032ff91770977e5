#include "metric/classification.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "base/error.h"

namespace hone::metric {

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

struct ClassMetric {
  Metric metric;
  double (*compute)(const ConfusionMatrix& matrix);
  bool only_binary = false;
};

constexpr std::string_view kUsual = "of the second label if there are two labels, else macro";
constexpr std::string_view kMacro = "mean over the labels", kMicro = "over all rows";
constexpr std::string_view kWeighted = "mean over the labels, weighted by their rows";

constexpr Metric higher(std::string_view name, std::string_view doc, bool in_log = false) {
  return {name, doc, Better::kHigher, in_log};
}

constexpr ClassMetric kMetrics[] = {
    {higher("accuracy", "share of the rows whose prediction is right", true), accuracy},
    {higher("precision", kUsual), usual<precision_of>},
    {higher("recall", kUsual), usual<recall_of>},
    {higher("f1", kUsual, true), usual<f1_of>},
    {higher("f1_binary", "F1 of the second label"), positive<f1_of>, true},
    {higher("precision_macro", kMacro), macro<precision_of>},
    {higher("recall_macro", kMacro), macro<recall_of>},
    {higher("f1_macro", kMacro), macro<f1_of>},
    {higher("precision_micro", kMicro), accuracy},
    {higher("recall_micro", kMicro), accuracy},
    {higher("f1_micro", kMicro), accuracy},
    {higher("precision_weighted", kWeighted), weighted<precision_of>},
    {higher("recall_weighted", kWeighted), weighted<recall_of>},
    {higher("f1_weighted", kWeighted), weighted<f1_of>},
};

std::vector<Metric> metrics_for(std::optional<int64_t> num_labels) {
  std::vector<Metric> metrics;
  for (const ClassMetric& row : kMetrics) {
    if (!row.only_binary || num_labels.value_or(2) == 2) metrics.push_back(row.metric);
  }
  return metrics;
}

Json to_json(const LabelScores& scores) {
  return {{"precision", scores.precision}, {"recall", scores.recall}, {"f1", scores.f1}, {"support", scores.support}};
}

Json averages_json(const Report& report, uint64_t total) {
  Json averages = Json::object();
  for (const std::string average : {"macro", "micro", "weighted"}) {
    averages[average] = {{"precision", report.value("precision_" + average)},
                         {"recall", report.value("recall_" + average)},
                         {"f1", report.value("f1_" + average)},
                         {"support", total}};
  }
  return averages;
}

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

Mistake make_mistake(uint64_t row, std::span<const float> logits, int64_t label, int64_t predicted) {
  const double highest = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (const float logit : logits) sum += std::exp(logit - highest);
  const double loss = std::log(sum) + highest - logits[static_cast<size_t>(label)];
  return {row, label, predicted, std::exp(-loss), loss};
}

std::span<const Metric> classification_metrics() {
  static const std::vector<Metric> all = metrics_for(std::nullopt);
  return all;
}

std::vector<Metric> classification_metrics(int64_t num_labels) { return metrics_for(num_labels); }

std::vector<std::pair<std::string_view, double>> compute_metrics(const ConfusionMatrix& matrix) {
  std::vector<std::pair<std::string_view, double>> values;
  for (const ClassMetric& row : kMetrics) {
    if (!row.only_binary || matrix.num_labels() == 2) values.emplace_back(row.metric.name, row.compute(matrix));
  }
  return values;
}

Json confusion_json(const ConfusionMatrix& matrix) {
  const int64_t num_labels = matrix.num_labels();
  if (num_labels > kMaxDenseLabels) {
    Json cells = Json::array();
    for (const ConfusionMatrix::Cell& cell : matrix.cells()) {
      cells.push_back(Json::array({cell.label, cell.predicted, cell.count}));
    }
    Json sparse = Json::object();
    sparse["cells"] = std::move(cells);
    return sparse;
  }
  Json rows = Json::array();
  for (int64_t label = 0; label < num_labels; ++label) {
    Json row = Json::array();
    for (int64_t predicted = 0; predicted < num_labels; ++predicted) row.push_back(matrix.count(label, predicted));
    rows.push_back(std::move(row));
  }
  return rows;
}

Report classification_report(const ConfusionMatrix& matrix, const std::vector<std::string>& labels) {
  Report report{.values = compute_metrics(matrix), .headline = {"accuracy"}};
  if (labels.size() == 2) {
    report.headline = {"accuracy", "precision", "recall", "f1"};
    report.remark = fmt::format("precision, recall and f1 of \"{}\"", labels[1]);
  }
  Json per_label = Json::object();
  for (size_t id = 0; id < labels.size(); ++id) {
    append_member(per_label, labels[id], to_json(label_scores(matrix, static_cast<int64_t>(id))));
  }
  Json table = {{"key", "label"}, {"columns", {"precision", "recall", "f1", "support"}}};
  table["rows"] = std::move(per_label);
  table["averages"] = averages_json(report, matrix.total());
  Json counts = {{"labels", labels}};
  counts["counts"] = confusion_json(matrix);
  report.panels.push_back({"table", "per_label", "Labels", std::move(table)});
  report.panels.push_back({"matrix", "confusion_matrix", "Confusion matrix", std::move(counts)});
  return report;
}

}  // namespace hone::metric
