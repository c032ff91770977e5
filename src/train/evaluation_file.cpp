// An evaluation as JSON.
#include "train/evaluation_file.h"

#include <nlohmann/json.hpp>

#include <cmath>

#include "base/files.h"
#include "eval/report.h"
#include "train/run_files.h"

namespace hone::train {

namespace {

Json finite(double value) { return std::isfinite(value) ? Json(value) : Json(); }

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
  for (const auto& [name, value] : eval::metrics_of(file.result)) metrics[name] = finite(value);
  Json json = {{"step", file.step}, {"epoch", file.epoch}, {"labels", file.labels}};
  json["confusion_matrix"] = eval::confusion_json(file.result.confusion);
  json["metrics"] = std::move(metrics);
  json["worst"] = worst_json(file);
  return json;
}

void write_evaluation(const std::filesystem::path& output_dir, const EvaluationFile& file) {
  const std::filesystem::path folder = output_dir / kEvaluationsFolder;
  make_folders(folder);
  replace_file(folder / fmt::format("{}.json", file.step), json_text(to_json(file)) + "\n");
}

}  // namespace hone::train
