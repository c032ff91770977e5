#include "metric/classification_report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <functional>
#include <numeric>
#include <string_view>
#include <unordered_set>

#include "metric/classification.h"

namespace hone::metric {

namespace {

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

Json curve(std::string_view x, std::string_view y, Json lines, bool has_diagonal) {
  Json data = {{"x", x}, {"y", y}};
  data["lines"] = std::move(lines);
  data["diagonal"] = has_diagonal;
  return data;
}

// The curves of the labels, of many labels those with the most rows.
class Curves {
 public:
  Curves(const ConfusionMatrix& matrix, const std::vector<std::string>& labels) : labels_(labels) {
    std::vector<int64_t> order(labels.size());
    std::iota(order.begin(), order.end(), int64_t{0});
    std::ranges::stable_sort(order, std::greater(), [&](int64_t label) { return matrix.num_of_label(label); });
    order.resize(std::min<size_t>(order.size(), kMaxLines));
    drawn_ = {order.begin(), order.end()};
  }

  void add(int64_t label, const Ranking& ranking) {
    if (labels_.size() > 2 && !drawn_.contains(label)) return;
    const std::string& name = labels_[static_cast<size_t>(label)];
    roc_.push_back({{"name", name}, {"points", ranking.roc()}});
    precision_recall_.push_back({{"name", name}, {"points", ranking.precision_recall()}});
  }

  void append_to(Report& report) const {
    if (roc_.empty()) return;
    report.panels.push_back(
        {"curve", "precision_recall", "Precision and recall", curve("recall", "precision", precision_recall_, false)});
    report.panels.push_back(
        {"curve", "roc", "ROC curve", curve("false positive rate", "true positive rate", roc_, true)});
  }

 private:
  static constexpr size_t kMaxLines = 10;

  const std::vector<std::string>& labels_;
  std::unordered_set<int64_t> drawn_;
  Json roc_ = Json::array(), precision_recall_ = Json::array();
};

// The accuracy of each bin of confidence over its mean confidence.
Json calibration_json(const ClassScores& scores) {
  Json points = Json::array();
  for (const CalibrationBin& bin : scores.calibration()) {
    if (bin.rows > 0) points.push_back({bin.confidence / bin.rows, bin.correct / bin.rows});
  }
  Json lines = Json::array();
  lines.push_back({{"name", "calibration"}, {"points", std::move(points)}});
  return curve("confidence", "accuracy", std::move(lines), true);
}

Json label_table(const ConfusionMatrix& matrix, const Report& report, const std::vector<std::string>& labels) {
  Json per_label = Json::object();
  for (size_t id = 0; id < labels.size(); ++id) {
    append_member(per_label, labels[id], to_json(label_scores(matrix, static_cast<int64_t>(id))));
  }
  Json table = {{"key", "label"}, {"columns", {"precision", "recall", "f1", "support"}}};
  table["rows"] = std::move(per_label);
  table["averages"] = averages_json(report, matrix.total());
  return table;
}

}  // namespace

Report classification_report(const ClassScores& scores, const std::vector<std::string>& labels) {
  const ConfusionMatrix matrix = scores.confusion();
  Curves curves(matrix, labels);
  Report report{.headline = {"accuracy"}};
  report.values = compute_metrics(scores, [&](int64_t label, const Ranking& ranking) { curves.add(label, ranking); });
  if (labels.size() == 2) {
    report.headline = {"accuracy", "precision", "recall", "f1"};
    report.remark = fmt::format("precision, recall and f1 of \"{}\"", labels[1]);
  }
  if (!scores.has_rankings()) {
    report.remark +=
        fmt::format("{}roc_auc and average_precision are left out: {} rows with {} labels have too many scores",
                    report.remark.empty() ? "" : "; ", scores.num_rows(), scores.num_labels());
  }
  report.panels.push_back({"table", "per_label", "Labels", label_table(matrix, report, labels)});
  Json counts = {{"labels", labels}};
  counts["counts"] = confusion_json(matrix);
  report.panels.push_back({"matrix", "confusion_matrix", "Confusion matrix", std::move(counts)});
  curves.append_to(report);
  report.panels.push_back({"curve", "calibration", "Calibration", calibration_json(scores)});
  return report;
}

}  // namespace hone::metric
