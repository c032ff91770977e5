#include "metric/multi_label.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "metric/counts.h"
#include "metric/label_curves.h"
#include "metric/ranking.h"

namespace hone::metric {

namespace {

Counts count_of(bool is_predicted, bool is_true) {
  return {.right = is_predicted && is_true ? 1.0 : 0.0,
          .predicted = is_predicted ? 1.0 : 0.0,
          .actual = is_true ? 1.0 : 0.0};
}

// The share of pairs of a true and a false label in which the false one has at least the score of the true one.
double ranking_loss_of(std::span<const float> scores, std::span<const uint8_t> truth) {
  std::vector<float> false_scores, true_scores;
  for (size_t label = 0; label < scores.size(); ++label) {
    (truth[label] != 0 ? true_scores : false_scores).push_back(scores[label]);
  }
  if (false_scores.empty() || true_scores.empty()) return 0;
  std::ranges::sort(false_scores);
  double wrong = 0;
  for (const float score : true_scores) {
    wrong += static_cast<double>(false_scores.end() - std::ranges::lower_bound(false_scores, score));
  }
  return wrong / (static_cast<double>(false_scores.size()) * static_cast<double>(true_scores.size()));
}

// A label that a row has, or that is predicted for it.
struct RowLabel {
  uint32_t label = 0;
  bool is_predicted = false, is_true = false;
};

// What the metrics need from a row.
struct RowResult {
  std::vector<RowLabel> labels;
  Counts counts;
  double wrong = 0, squared_errors = 0, ranking_loss = 0;
};

RowResult result_of(std::span<const float> scores, std::span<const uint8_t> truth, std::span<const float> thresholds) {
  RowResult result;
  for (size_t label = 0; label < scores.size(); ++label) {
    const bool is_predicted = scores[label] > thresholds[label], is_true = truth[label] != 0;
    const double error = scores[label] - truth[label];
    result.squared_errors += error * error;
    if (!is_predicted && !is_true) continue;
    result.labels.push_back({static_cast<uint32_t>(label), is_predicted, is_true});
    result.counts.add(count_of(is_predicted, is_true));
    result.wrong += is_predicted != is_true;
  }
  result.ranking_loss = ranking_loss_of(scores, truth);
  return result;
}

std::vector<RowResult> results_of(const LabelScoresOfRows& rows, std::span<const float> thresholds) {
  std::vector<RowResult> results;
  results.reserve(rows.num_rows());
  for (size_t row = 0; row < rows.num_rows(); ++row) {
    results.push_back(result_of(rows.scores(row), rows.truth(row), thresholds));
  }
  return results;
}

// What every metric is computed from. Rows count as often as `counts` says.
struct Results {
  std::vector<Counts> of_label;
  Counts all;
  double num_rows = 0, whole_rows = 0, wrong_labels = 0, squared_errors = 0;
  double row_precision = 0, row_recall = 0, row_f1 = 0, row_ranking_loss = 0;  // sums
  RankAreas mean_areas{kUndefined, kUndefined}, areas_of_all{kUndefined, kUndefined};

  Results(std::span<const RowResult> rows, size_t num_labels, RowCounts counts) : of_label(num_labels) {
    for (size_t row = 0; row < rows.size(); ++row) {
      if (counts[row] > 0) add(rows[row], counts[row]);
    }
    for (const Counts& each : of_label) all.add(each);
  }

  double num_labels() const { return static_cast<double>(of_label.size()); }

 private:
  void add(const RowResult& row, double count) {
    for (const RowLabel& label : row.labels)
      of_label[label.label].add(count_of(label.is_predicted, label.is_true), count);
    num_rows += count;
    whole_rows += row.wrong == 0 ? count : 0;
    wrong_labels += count * row.wrong;
    squared_errors += count * row.squared_errors;
    row_precision += count * row.counts.precision();
    row_recall += count * row.counts.recall();
    row_f1 += count * row.counts.f1();
    row_ranking_loss += count * row.ranking_loss;
  }
};

double accuracy(const Results& results) { return ratio(results.whole_rows, results.num_rows); }

double hamming_loss(const Results& results) {
  return ratio(results.wrong_labels, results.num_rows * results.num_labels());
}

double brier_score(const Results& results) {
  return ratio(results.squared_errors, results.num_rows * results.num_labels());
}

template <double Results::* sum>
double mean_over_rows(const Results& results) {
  return ratio(results.*sum, results.num_rows);
}

using Score = double (Counts::*)() const;

template <Score score>
double micro(const Results& results) {
  return (results.all.*score)();
}

template <Score score>
double macro(const Results& results) {
  double sum = 0;
  for (const Counts& each : results.of_label) sum += (each.*score)();
  return ratio(sum, results.num_labels());
}

template <Score score>
double weighted(const Results& results) {
  double sum = 0;
  for (const Counts& each : results.of_label) sum += (each.*score)() * each.actual;
  return ratio(sum, results.all.actual);
}

template <RankAreas Results::* areas, double RankAreas::* area>
double of_areas(const Results& results) {
  return results.*areas.*area;
}

struct MultiLabelMetric {
  Metric metric;
  double (*compute)(const Results& results);
};

constexpr std::string_view kMicro = "over all labels of all rows", kMacro = "mean over the labels";
constexpr std::string_view kSamples = "mean over the rows", kWeighted = "mean over the labels, weighted by their rows";

constexpr Metric higher(std::string_view name, std::string_view doc, bool in_log = false) {
  return {name, doc, Better::kHigher, in_log};
}

constexpr MultiLabelMetric kMetrics[] = {
    {{"accuracy", "share of the rows whose labels are all right", Better::kHigher, false, true}, accuracy},
    {higher("precision_micro", kMicro), micro<&Counts::precision>},
    {higher("recall_micro", kMicro), micro<&Counts::recall>},
    {higher("f1_micro", kMicro, true), micro<&Counts::f1>},
    {higher("precision_macro", kMacro), macro<&Counts::precision>},
    {higher("recall_macro", kMacro), macro<&Counts::recall>},
    {higher("f1_macro", kMacro, true), macro<&Counts::f1>},
    {higher("precision_samples", kSamples), mean_over_rows<&Results::row_precision>},
    {higher("recall_samples", kSamples), mean_over_rows<&Results::row_recall>},
    {higher("f1_samples", kSamples), mean_over_rows<&Results::row_f1>},
    {higher("precision_weighted", kWeighted), weighted<&Counts::precision>},
    {higher("recall_weighted", kWeighted), weighted<&Counts::recall>},
    {higher("f1_weighted", kWeighted), weighted<&Counts::f1>},
    {{"hamming_loss", "share of wrong labels", Better::kLower}, hamming_loss},
    {higher("average_precision", "area under precision over recall, mean over the labels"),
     of_areas<&Results::mean_areas, &RankAreas::average_precision>},
    {higher("average_precision_micro", "area under precision over recall, over all labels"),
     of_areas<&Results::areas_of_all, &RankAreas::average_precision>},
    {higher("roc_auc", "area under the ROC curve, mean over the labels"),
     of_areas<&Results::mean_areas, &RankAreas::roc_auc>},
    {higher("roc_auc_micro", "area under the ROC curve, over all labels"),
     of_areas<&Results::areas_of_all, &RankAreas::roc_auc>},
    {{"brier_score", "mean squared error of the scores", Better::kLower}, brier_score},
    {{"ranking_loss", "share of pairs with a false label before a true one", Better::kLower},
     mean_over_rows<&Results::row_ranking_loss>},
};

// Appends the scores of a label.
void add_scores(const LabelScoresOfRows& rows, size_t label, std::vector<Ranking::Scored>& scores) {
  for (size_t row = 0; row < rows.num_rows(); ++row) {
    scores.push_back({rows.scores(row)[label], static_cast<uint32_t>(row), rows.truth(row)[label] != 0});
  }
}

// Ranks the rows by one label.
Ranking ranking_of(const LabelScoresOfRows& rows, size_t label) {
  std::vector<Ranking::Scored> scores;
  scores.reserve(rows.num_rows());
  add_scores(rows, label, scores);
  return Ranking(std::move(scores));
}

// Ranks all labels of all rows together.
Ranking ranking_of_all(const LabelScoresOfRows& rows) {
  std::vector<Ranking::Scored> scores;
  scores.reserve(rows.num_rows() * rows.num_labels());
  for (size_t label = 0; label < rows.num_labels(); ++label) add_scores(rows, label, scores);
  return Ranking(std::move(scores));
}

// One ranking at a time is in memory.
void add_areas(const LabelScoresOfRows& rows, Results& results, LabelCurves& curves) {
  std::vector<RankAreas> areas;
  for (size_t label = 0; label < rows.num_labels(); ++label) {
    const Ranking ranking = ranking_of(rows, label);
    areas.push_back(ranking.areas());
    curves.add(label, ranking);
  }
  results.mean_areas = mean_of(areas);
  results.areas_of_all = ranking_of_all(rows).areas();
}

std::vector<double> values_of(const Results& results) {
  std::vector<double> values;
  for (const MultiLabelMetric& row : kMetrics) values.push_back(row.compute(results));
  return values;
}

Json row_of(const Counts& counts) {
  return {{"precision", counts.precision()},
          {"recall", counts.recall()},
          {"f1", counts.f1()},
          {"support", static_cast<uint64_t>(counts.actual)}};
}

}  // namespace

void LabelScoresOfRows::add(std::span<const float> scores, std::span<const uint8_t> truth) {
  check_internal(scores.size() == num_labels_ && truth.size() == num_labels_, "a score and a truth for each label");
  scores_.insert(scores_.end(), scores.begin(), scores.end());
  truth_.insert(truth_.end(), truth.begin(), truth.end());
}

std::span<const Metric> multi_label_metrics() {
  static const std::vector<Metric> all = [] {
    std::vector<Metric> metrics;
    for (const MultiLabelMetric& row : kMetrics) metrics.push_back(row.metric);
    return metrics;
  }();
  return all;
}

Resampler multi_label_resampler(const LabelScoresOfRows& rows, std::span<const float> thresholds) {
  std::vector<Ranking> of_labels, of_all;
  if (rows.num_rows() * rows.num_labels() <= kMaxResampledScores) {
    for (size_t label = 0; label < rows.num_labels(); ++label) of_labels.push_back(ranking_of(rows, label));
    of_all.push_back(ranking_of_all(rows));
  }
  return [of_rows = results_of(rows, thresholds), num_labels = rows.num_labels(), of_labels = std::move(of_labels),
          of_all = std::move(of_all)](RowCounts counts) {
    Results results(of_rows, num_labels, counts);
    results.mean_areas = mean_areas(of_labels, counts);
    results.areas_of_all = mean_areas(of_all, counts);
    return values_of(results);
  };
}

Report multi_label_report(const LabelScoresOfRows& rows, std::span<const float> thresholds,
                          const std::vector<std::string>& labels) {
  Results results(results_of(rows, thresholds), rows.num_labels(), {});
  const bool is_ranked = rows.num_rows() * rows.num_labels() <= kMaxRankedScores;
  std::vector<uint64_t> num_rows;
  for (const Counts& counts : results.of_label) num_rows.push_back(static_cast<uint64_t>(counts.actual));
  LabelCurves curves(num_rows, labels);
  if (is_ranked) add_areas(rows, results, curves);
  const std::vector<double> values = values_of(results);
  Report report{.headline = {"accuracy", "f1_micro", "f1_macro", "hamming_loss", "average_precision"}};
  for (size_t i = 0; i < values.size(); ++i) report.values.emplace_back(kMetrics[i].metric.name, values[i]);
  report.remark = "accuracy counts rows whose labels are all right";
  if (!is_ranked) {
    report.headline.pop_back();
    report.remark += fmt::format("; {} rows with {} labels have too many scores for roc_auc and average_precision",
                                 rows.num_rows(), rows.num_labels());
  }
  Json per_label = Json::object();
  for (size_t label = 0; label < labels.size(); ++label) {
    append_member(per_label, labels[label], row_of(results.of_label[label]));
  }
  Json table = {{"key", "label"}, {"columns", {"precision", "recall", "f1", "support"}}};
  table["rows"] = std::move(per_label);
  table["averages"] = {{"micro", row_of(results.all)}};
  report.panels.push_back({"table", "per_label", "Labels", std::move(table)});
  curves.append_to(report);
  return report;
}

}  // namespace hone::metric
