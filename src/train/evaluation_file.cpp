// An evaluation as JSON.
#include "train/evaluation_file.h"

#include <nlohmann/json.hpp>

#include <cmath>

#include "base/files.h"
#include "train/run_files.h"

namespace hone::train {

namespace {

Json finite(double value) { return std::isfinite(value) ? Json(value) : Json(); }

Json matrix_json(const eval::ConfusionMatrix& matrix) {
  Json rows = Json::array();
  for (int64_t label = 0; label < matrix.num_labels(); ++label) {
    Json row = Json::array();
    for (int64_t predicted = 0; predicted < matrix.num_labels(); ++predicted) {
      row.push_back(matrix.count(label, predicted));
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

Json per_label_json(const EvaluationFile& file) {
  Json list = Json::array();
  for (int64_t id = 0; id < file.result.confusion.num_labels(); ++id) {
    const eval::LabelScores scores = eval::label_scores(file.result.confusion, id);
    list.push_back({{"label", file.labels[static_cast<size_t>(id)]},
                    {"precision", scores.precision},
                    {"recall", scores.recall},
                    {"f1", scores.f1},
                    {"support", scores.support}});
  }
  return list;
}

Json worst_json(const EvaluationFile& file) {
  Json list = Json::array();
  for (const eval::Mistake& mistake : file.result.worst) {
    Json item = {{"row", mistake.row}};
    if (file.describe_row) item.update(file.describe_row(mistake.row));
    item["label"] = file.labels[static_cast<size_t>(mistake.label)];
    item["predicted"] = file.labels[static_cast<size_t>(mistake.predicted)];
    item["score"] = finite(mistake.score);
    item["loss"] = finite(mistake.loss);
    list.push_back(std::move(item));
  }
  return list;
}

}  // namespace

Json to_json(const EvaluationFile& file) {
  Json metrics = {{"loss", finite(file.result.loss)}};
  for (const auto& [name, value] : eval::compute_metrics(file.result.confusion)) metrics[name] = value;
  return {{"step", file.step},        {"epoch", file.epoch},
          {"labels", file.labels},    {"confusion_matrix", matrix_json(file.result.confusion)},
          {"metrics", metrics},       {"per_label", per_label_json(file)},
          {"worst", worst_json(file)}};
}

void write_evaluation(const std::filesystem::path& output_dir, const EvaluationFile& file) {
  const std::filesystem::path folder = output_dir / kEvaluationsFolder;
  make_folders(folder);
  replace_file(folder / fmt::format("{}.json", file.step), json_text(to_json(file)) + "\n");
}

}  // namespace hone::train
