// Reports of an evaluation.
#include "eval/report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include <algorithm>

#include "base/terminal.h"

namespace hone::eval {

namespace {

std::string padded(const std::string& text, size_t width) {
  return text + std::string(width > columns_of(text) ? width - columns_of(text) : 0, ' ');
}

size_t widest(const std::vector<std::string>& labels, size_t least) {
  for (const std::string& label : labels) least = std::max(least, columns_of(label));
  return least;
}

std::string label_table(const ConfusionMatrix& matrix, const std::vector<std::string>& labels) {
  const size_t width = widest(labels, 12);
  std::string text = fmt::format("{}  precision  recall      f1    rows\n", padded("label", width));
  for (size_t id = 0; id < labels.size(); ++id) {
    const LabelScores scores = label_scores(matrix, static_cast<int64_t>(id));
    text += fmt::format("{}  {:9.4f}  {:6.4f}  {:6.4f}  {:6}\n", padded(labels[id], width), scores.precision,
                        scores.recall, scores.f1, scores.support);
  }
  for (const char* average : {"macro", "micro", "weighted"}) {
    double values[3] = {};
    for (const auto& [name, value] : compute_metrics(matrix)) {
      if (name == fmt::format("precision_{}", average)) values[0] = value;
      if (name == fmt::format("recall_{}", average)) values[1] = value;
      if (name == fmt::format("f1_{}", average)) values[2] = value;
    }
    text += fmt::format("{}  {:9.4f}  {:6.4f}  {:6.4f}  {:6}\n", padded(average, width), values[0], values[1],
                        values[2], matrix.total());
  }
  return text;
}

std::string confusion_table(const ConfusionMatrix& matrix, const std::vector<std::string>& labels) {
  constexpr size_t kMostLabels = 12;
  if (labels.size() > kMostLabels) return fmt::format("confusion matrix of {} labels: see --json\n", labels.size());
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

Json report_json(const EvaluationResult& result, const std::vector<std::string>& labels) {
  Json json = Json::object();
  json["rows"] = result.num_rows;
  json["loss"] = result.loss;
  for (const auto& [name, value] : compute_metrics(result.confusion)) json[name] = value;
  json["labels"] = labels;
  Json per_label = Json::object(), matrix = Json::array();
  for (int64_t id = 0; id < result.confusion.num_labels(); ++id) {
    const LabelScores scores = label_scores(result.confusion, id);
    per_label[labels[static_cast<size_t>(id)]] = {
        {"precision", scores.precision}, {"recall", scores.recall}, {"f1", scores.f1}, {"support", scores.support}};
    Json row = Json::array();
    for (int64_t column = 0; column < result.confusion.num_labels(); ++column) {
      row.push_back(result.confusion.count(id, column));
    }
    matrix.push_back(row);
  }
  json["per_label"] = per_label;
  json["confusion_matrix"] = matrix;
  json["runtime"] = result.seconds;
  return json;
}

}  // namespace hone::eval
