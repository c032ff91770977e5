#include "metric/classification_report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "metric/classification.h"
#include "metric/label_curves.h"

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

// The accuracy of each bin of confidence over its mean confidence.
Json calibration_json(const ClassScores& scores) {
  Json points = Json::array();
  for (const CalibrationBin& bin : scores.calibration()) {
    if (bin.rows > 0) points.push_back({bin.confidence / bin.rows, bin.correct / bin.rows});
  }
  Json lines = Json::array();
  lines.push_back({{"name", "calibration"}, {"points", std::move(points)}});
  return curve_panel("confidence", "accuracy", std::move(lines), true);
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
  std::vector<uint64_t> num_rows(labels.size());
  for (size_t label = 0; label < labels.size(); ++label)
    num_rows[label] = matrix.num_of_label(static_cast<int64_t>(label));
  LabelCurves curves(num_rows, labels);
  Report report{.headline = {"accuracy"}};
  report.values = compute_metrics(
      scores, [&](int64_t label, const Ranking& ranking) { curves.add(static_cast<size_t>(label), ranking); });
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
