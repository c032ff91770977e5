#include "metric/multi_label.h"

#include <algorithm>
#include <numeric>

#include "base/error.h"

namespace hone::metric {

namespace {

double ratio(double part, double whole) { return whole == 0 ? 0 : part / whole; }

struct Counts {
  double right = 0, predicted = 0, actual = 0;

  double precision() const { return ratio(right, predicted); }
  double recall() const { return ratio(right, actual); }
  double f1() const { return ratio(2 * right, predicted + actual); }
};

using Score = double (Counts::*)() const;

// What every metric is computed from.
struct Results {
  const LabelScoresOfRows& rows;
  std::vector<Counts> of_label, of_row;
  Counts all;
  double whole_rows = 0, wrong_labels = 0;

  Results(const LabelScoresOfRows& rows_in, std::span<const float> thresholds)
      : rows(rows_in), of_label(rows_in.num_labels()), of_row(rows_in.num_rows()) {
    for (size_t row = 0; row < rows.num_rows(); ++row) {
      const auto scores = rows.scores(row);
      const auto truth = rows.truth(row);
      double wrong = 0;
      for (size_t label = 0; label < scores.size(); ++label) {
        const bool is_predicted = scores[label] > thresholds[label], is_true = truth[label] != 0;
        wrong += is_predicted != is_true;
        for (Counts* counts : {&of_label[label], &of_row[row], &all}) {
          counts->right += is_predicted && is_true;
          counts->predicted += is_predicted;
          counts->actual += is_true;
        }
      }
      whole_rows += wrong == 0;
      wrong_labels += wrong;
    }
  }
};

double accuracy(const Results& results) {
  return ratio(results.whole_rows, static_cast<double>(results.of_row.size()));
}

double hamming_loss(const Results& results) {
  return ratio(results.wrong_labels, static_cast<double>(results.of_row.size() * results.of_label.size()));
}

template <Score score>
double micro(const Results& results) {
  return (results.all.*score)();
}

double mean_of(const std::vector<Counts>& counts, Score score) {
  double sum = 0;
  for (const Counts& each : counts) sum += (each.*score)();
  return ratio(sum, static_cast<double>(counts.size()));
}

template <Score score>
double macro(const Results& results) {
  return mean_of(results.of_label, score);
}

template <Score score>
double samples(const Results& results) {
  return mean_of(results.of_row, score);
}

template <Score score>
double weighted(const Results& results) {
  double sum = 0;
  for (const Counts& each : results.of_label) sum += (each.*score)() * each.actual;
  return ratio(sum, results.all.actual);
}

struct Scored {
  float score;
  bool is_true;
};

// The area under the steps of precision over recall; 0 without a true value. Equal scores are one step.
double average_precision_of(std::vector<Scored> values) {
  std::ranges::sort(values, [](const Scored& a, const Scored& b) { return a.score > b.score; });
  const double total = static_cast<double>(std::ranges::count_if(values, &Scored::is_true));
  double sum = 0, right = 0, before = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    right += values[i].is_true;
    if (i + 1 < values.size() && values[i + 1].score == values[i].score) continue;
    sum += (right - before) * right / static_cast<double>(i + 1);
    before = right;
  }
  return ratio(sum, total);
}

double average_precision(const Results& results) {
  double sum = 0;
  for (size_t label = 0; label < results.rows.num_labels(); ++label) {
    std::vector<Scored> values;
    for (size_t row = 0; row < results.rows.num_rows(); ++row) {
      values.push_back({results.rows.scores(row)[label], results.rows.truth(row)[label] != 0});
    }
    sum += average_precision_of(std::move(values));
  }
  return ratio(sum, static_cast<double>(results.rows.num_labels()));
}

double average_precision_micro(const Results& results) {
  std::vector<Scored> values;
  for (size_t row = 0; row < results.rows.num_rows(); ++row) {
    for (size_t label = 0; label < results.rows.num_labels(); ++label) {
      values.push_back({results.rows.scores(row)[label], results.rows.truth(row)[label] != 0});
    }
  }
  return average_precision_of(std::move(values));
}

// The share of pairs of a true and a false label in which the false one has at least the score of the true one.
double ranking_loss(const Results& results) {
  double sum = 0;
  for (size_t row = 0; row < results.rows.num_rows(); ++row) {
    const auto scores = results.rows.scores(row);
    const auto truth = results.rows.truth(row);
    std::vector<float> false_scores, true_scores;
    for (size_t label = 0; label < scores.size(); ++label) {
      (truth[label] != 0 ? true_scores : false_scores).push_back(scores[label]);
    }
    if (false_scores.empty() || true_scores.empty()) continue;
    std::ranges::sort(false_scores);
    double wrong = 0;
    for (const float score : true_scores) {
      wrong += static_cast<double>(false_scores.end() - std::ranges::lower_bound(false_scores, score));
    }
    sum += wrong / (static_cast<double>(false_scores.size()) * static_cast<double>(true_scores.size()));
  }
  return ratio(sum, static_cast<double>(results.rows.num_rows()));
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
    {higher("accuracy", "share of the rows whose labels are all right"), accuracy},
    {higher("precision_micro", kMicro), micro<&Counts::precision>},
    {higher("recall_micro", kMicro), micro<&Counts::recall>},
    {higher("f1_micro", kMicro, true), micro<&Counts::f1>},
    {higher("precision_macro", kMacro), macro<&Counts::precision>},
    {higher("recall_macro", kMacro), macro<&Counts::recall>},
    {higher("f1_macro", kMacro, true), macro<&Counts::f1>},
    {higher("precision_samples", kSamples), samples<&Counts::precision>},
    {higher("recall_samples", kSamples), samples<&Counts::recall>},
    {higher("f1_samples", kSamples), samples<&Counts::f1>},
    {higher("precision_weighted", kWeighted), weighted<&Counts::precision>},
    {higher("recall_weighted", kWeighted), weighted<&Counts::recall>},
    {higher("f1_weighted", kWeighted), weighted<&Counts::f1>},
    {{"hamming_loss", "share of wrong labels", Better::kLower}, hamming_loss},
    {higher("average_precision", "area under precision over recall, mean over the labels"), average_precision},
    {higher("average_precision_micro", "area under precision over recall, over all labels"), average_precision_micro},
    {{"ranking_loss", "share of pairs with a false label before a true one", Better::kLower}, ranking_loss},
};

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

Report multi_label_report(const LabelScoresOfRows& rows, std::span<const float> thresholds,
                          const std::vector<std::string>& labels) {
  const Results results(rows, thresholds);
  Report report{.headline = {"accuracy", "f1_micro", "f1_macro", "hamming_loss", "average_precision"}};
  for (const MultiLabelMetric& row : kMetrics) report.values.emplace_back(row.metric.name, row.compute(results));
  report.remark = "accuracy counts rows whose labels are all right";
  Json per_label = Json::object();
  for (size_t label = 0; label < labels.size(); ++label) {
    append_member(per_label, labels[label], row_of(results.of_label[label]));
  }
  Json table = {{"key", "label"}, {"columns", {"precision", "recall", "f1", "support"}}};
  table["rows"] = std::move(per_label);
  table["averages"] = {{"micro", row_of(results.all)}};
  report.panels.push_back({"table", "per_label", "Labels", std::move(table)});
  return report;
}

}  // namespace hone::metric
