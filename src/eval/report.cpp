#include "eval/report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <numeric>

#include "base/terminal.h"
#include "eval/prediction.h"

namespace hone::eval {

namespace {

constexpr size_t kMaxTableLabels = 50, kMaxMatrixLabels = 12;

std::string padded(const std::string& text, size_t width) {
  return text + std::string(width > columns_of(text) ? width - columns_of(text) : 0, ' ');
}

size_t widest(const std::vector<std::string>& labels, size_t least) {
  for (const std::string& label : labels) least = std::max(least, columns_of(label));
  return least;
}

// Returns the labels to list: all, or those with the most rows, in the order of their ids.
std::vector<size_t> listed_labels(const ConfusionMatrix& matrix) {
  std::vector<size_t> ids(static_cast<size_t>(matrix.num_labels()));
  std::iota(ids.begin(), ids.end(), size_t{0});
  if (ids.size() <= kMaxTableLabels) return ids;
  const auto rows_of = [&](size_t id) { return matrix.num_of_label(static_cast<int64_t>(id)); };
  std::stable_sort(ids.begin(), ids.end(), [&](size_t a, size_t b) { return rows_of(a) > rows_of(b); });
  ids.resize(kMaxTableLabels);
  std::sort(ids.begin(), ids.end());
  return ids;
}

std::string table_line(const std::string& name, size_t width, const LabelScores& scores) {
  return fmt::format("{}  {:9.4f}  {:6.4f}  {:6.4f}  {:6}\n", padded(name, width), scores.precision, scores.recall,
                     scores.f1, scores.support);
}

std::string label_table(const ConfusionMatrix& matrix, const std::vector<std::string>& labels) {
  const std::vector<size_t> listed = listed_labels(matrix);
  size_t width = 12;
  for (const size_t id : listed) width = std::max(width, columns_of(labels[id]));
  std::string text = fmt::format("{}  precision  recall      f1    rows\n", padded("label", width));
  for (const size_t id : listed) {
    text += table_line(labels[id], width, label_scores(matrix, static_cast<int64_t>(id)));
  }
  if (listed.size() < labels.size()) {
    text += fmt::format("... and {} labels with fewer rows: see --json\n", labels.size() - listed.size());
  }
  const auto metrics = compute_metrics(matrix);
  for (const char* average : {"macro", "micro", "weighted"}) {
    LabelScores scores{.support = matrix.total()};
    for (const auto& [name, value] : metrics) {
      if (name == fmt::format("precision_{}", average)) scores.precision = value;
      if (name == fmt::format("recall_{}", average)) scores.recall = value;
      if (name == fmt::format("f1_{}", average)) scores.f1 = value;
    }
    text += table_line(average, width, scores);
  }
  return text;
}

std::string confusion_table(const ConfusionMatrix& matrix, const std::vector<std::string>& labels) {
  if (labels.size() > kMaxMatrixLabels)
    return fmt::format("confusion matrix of {} labels: see --json\n", labels.size());
  const size_t width = widest(labels, 12);
  std::string text = padded("true \\ predicted", width + 4);
  for (const std::string& label : labels) text += "  " + padded(label, 8);
  text.erase(text.find_last_not_of(' ') + 1);
  text += '\n';
  for (size_t row = 0; row < labels.size(); ++row) {
    text += padded(labels[row], width + 4);
    for (size_t column = 0; column < labels.size(); ++column) {
      const uint64_t count = matrix.count(static_cast<int64_t>(row), static_cast<int64_t>(column));
      text += "  " + padded(fmt::format("{}", count), std::max<size_t>(8, columns_of(labels[column])));
    }
    text.erase(text.find_last_not_of(' ') + 1);
    text += '\n';
  }
  return text;
}

}  // namespace

std::string report_text(const EvaluationResult& result, const std::vector<std::string>& labels) {
  std::string text = fmt::format("rows      {}\nloss      {:.4f}\n", result.num_rows, result.loss);
  for (const auto& [name, value] : compute_metrics(result.confusion)) {
    const bool headline = name == "accuracy" || name == "precision" || name == "recall" || name == "f1";
    if (headline && (labels.size() == 2 || name == "accuracy")) text += fmt::format("{:<10}{:.4f}\n", name, value);
  }
  if (labels.size() == 2) text += fmt::format("          (precision, recall and f1 of \"{}\")\n", labels[1]);
  return text + "\n" + label_table(result.confusion, labels) + "\n" + confusion_table(result.confusion, labels);
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

Json report_json(const EvaluationResult& result, const std::vector<std::string>& labels) {
  Json json = Json::object();
  json["rows"] = result.num_rows;
  json["loss"] = result.loss;
  for (const auto& [name, value] : compute_metrics(result.confusion)) json[name] = value;
  json["labels"] = labels;
  Json per_label = Json::object();
  for (size_t id = 0; id < labels.size(); ++id) {
    const LabelScores scores = label_scores(result.confusion, static_cast<int64_t>(id));
    append_member(
        per_label, labels[id],
        {{"precision", scores.precision}, {"recall", scores.recall}, {"f1", scores.f1}, {"support", scores.support}});
  }
  json["per_label"] = std::move(per_label);
  json["confusion_matrix"] = confusion_json(result.confusion);
  json["runtime"] = result.seconds;
  return json;
}

}  // namespace hone::eval
