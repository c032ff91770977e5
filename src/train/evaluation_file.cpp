#include "train/evaluation_file.h"

#include "base/files.h"
#include "train/run_files.h"

namespace hone::train {

Json to_json(const EvaluationFile& file) {
  Json metrics = {{"loss", metric::finite_or_null(file.report.loss)}};
  for (const auto& [name, value] : file.report.values) metrics[std::string(name)] = metric::finite_or_null(value);
  Json json = {{"format", kEvaluationFormat}, {"step", file.step}, {"epoch", file.epoch}};
  json["metrics"] = std::move(metrics);
  json["panels"] = Json::array();
  for (const metric::Panel& panel : file.report.panels) json["panels"].push_back(metric::to_json(panel));
  return json;
}

void write_evaluation(const std::filesystem::path& output_dir, const EvaluationFile& file) {
  const std::filesystem::path folder = output_dir / kEvaluationsFolder;
  make_folders(folder);
  replace_file(folder / fmt::format("{}.json", file.step), json_text(to_json(file)) + "\n");
}

}  // namespace hone::train
