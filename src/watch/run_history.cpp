// Does not trust the files: a value of another type counts as missing.
#include "watch/run_history.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "watch/run_record.h"

namespace hone::watch {

namespace fs = std::filesystem;

namespace {

using advise::ClassResult;
using advise::History;

constexpr uint64_t kMaxEvaluationBytes = 16 << 20;
constexpr int kRunFormat = 1;
constexpr size_t kMaxLabels = 100'000;

const Json* member(const Json& json, const char* name) {
  if (!json.is_object()) return nullptr;
  const auto found = json.find(name);
  return found == json.end() ? nullptr : &*found;
}

std::string text_of(const Json& json, const char* name) {
  const Json* value = member(json, name);
  return value != nullptr && value->is_string() ? value->get<std::string>() : std::string();
}

double number_of(const Json& json, const char* name) {
  const Json* value = member(json, name);
  return value != nullptr && value->is_number() ? value->get<double>() : advise::kUnknown;
}

std::optional<uint64_t> count_of(const Json* value) {
  if (value == nullptr || !value->is_number()) return std::nullopt;
  const double number = value->get<double>();
  return number >= 0 && number < 1e15 ? std::optional(static_cast<uint64_t>(number)) : std::nullopt;
}

void add_sample(const Json& entry, const char* name, int64_t step, std::vector<advise::Sample>& samples) {
  const Json* value = member(entry, name);
  if (value == nullptr || !(value->is_number() || value->is_null())) return;
  samples.push_back({step, number_of(entry, "epoch"), number_of(entry, name)});
}

void add_entry(const Json& entry, History& history) {
  const auto step = count_of(member(entry, "step"));
  if (!step) return;
  const auto at = static_cast<int64_t>(*step);
  add_sample(entry, "loss", at, history.losses);
  add_sample(entry, "grad_norm", at, history.gradient_norms);
  if (member(entry, "eval_loss") == nullptr) return;
  history.evaluations.push_back(
      {at, number_of(entry, "epoch"), number_of(entry, "eval_loss"), number_of(entry, "eval_accuracy")});
}

// Keeps the last entry of each step: another program may have written some twice.
template <typename Point>
void sort_by_step(std::vector<Point>& points) {
  std::stable_sort(points.begin(), points.end(), [](const Point& a, const Point& b) { return a.step < b.step; });
  std::vector<Point> kept;
  for (const Point& point : points) {
    if (!kept.empty() && kept.back().step == point.step) kept.pop_back();
    kept.push_back(point);
  }
  points = std::move(kept);
}

void read_log(const fs::path& folder, RunMetrics& metrics, size_t max_parts, History& history) {
  MetricsPosition position;
  history.is_cut = true;
  for (size_t part = 0; part < max_parts && history.is_cut; ++part) {
    const MetricsPart read = metrics.read(folder, position);
    for (const std::string& entry : read.entries) add_entry(Json::parse(entry, nullptr, false), history);
    history.is_cut = read.is_more && read.next > position.from;
    position = {read.next, read.generation};
  }
  sort_by_step(history.losses);
  sort_by_step(history.gradient_norms);
  sort_by_step(history.evaluations);
}

// Adds a cell of the confusion matrix. Returns false if there is no such cell.
bool add_cell(std::vector<ClassResult>& classes, size_t truth, size_t predicted, const Json& value) {
  const auto count = count_of(&value);
  if (!count || truth >= classes.size() || predicted >= classes.size()) return false;
  classes[truth].rows += *count;
  if (truth == predicted) classes[truth].correct += *count;
  *classes[predicted].predicted += *count;
  return true;
}

bool add_cells(std::vector<ClassResult>& classes, const Json& cells) {
  return std::ranges::all_of(cells, [&](const Json& cell) {
    if (!cell.is_array() || cell.size() != 3) return false;
    const auto truth = count_of(&cell[0]), predicted = count_of(&cell[1]);
    return truth && predicted && add_cell(classes, *truth, *predicted, cell[2]);
  });
}

bool add_rows(std::vector<ClassResult>& classes, const Json& rows) {
  for (size_t truth = 0; truth < rows.size(); ++truth) {
    if (!rows[truth].is_array()) return false;
    for (size_t predicted = 0; predicted < rows[truth].size(); ++predicted) {
      if (!add_cell(classes, truth, predicted, rows[truth][predicted])) return false;
    }
  }
  return true;
}

std::vector<ClassResult> classes_of_matrix(const Json* labels, const Json* counts) {
  std::vector<ClassResult> classes;
  if (labels == nullptr || counts == nullptr || !labels->is_array() || labels->size() > kMaxLabels) return classes;
  for (const Json& label : *labels) {
    classes.push_back({label.is_string() ? label.get<std::string>() : label.dump(), 0, 0, 0});
  }
  const Json* cells = member(*counts, "cells");
  const bool is_whole = cells != nullptr && cells->is_array() ? add_cells(classes, *cells)
                        : counts->is_array()                  ? add_rows(classes, *counts)
                                                              : false;
  return is_whole ? classes : std::vector<ClassResult>();
}

// The rows of a table hold recall and support of each label.
std::vector<ClassResult> classes_of_table(const Json* rows) {
  std::vector<ClassResult> classes;
  if (rows == nullptr || !rows->is_object()) return classes;
  for (const auto& [label, row] : rows->items()) {
    const double recall = number_of(row, "recall");
    const auto support = count_of(member(row, "support"));
    if (!support || !(recall >= 0 && recall <= 1)) continue;
    const auto correct = static_cast<uint64_t>(std::llround(recall * static_cast<double>(*support)));
    classes.push_back({label, *support, correct, std::nullopt});
  }
  return classes;
}

std::vector<ClassResult> classes_of(const Json& evaluation) {
  const Json* panels = member(evaluation, "panels");
  if (panels == nullptr) return classes_of_matrix(member(evaluation, "labels"), member(evaluation, "confusion_matrix"));
  if (!panels->is_array()) return {};
  std::vector<ClassResult> classes;
  for (const Json& panel : *panels) {
    const Json* data = member(panel, "data");
    if (data == nullptr) continue;
    if (text_of(panel, "name") == "confusion_matrix")
      classes = classes_of_matrix(member(*data, "labels"), member(*data, "counts"));
    if (text_of(panel, "name") == "per_label" && classes.empty()) classes = classes_of_table(member(*data, "rows"));
  }
  return classes;
}

void check_format(const Json& record, const fs::path& folder) {
  const double format = number_of(record, "format");
  if (std::isnan(format) || format <= kRunFormat) return;
  throw Error(ErrorKind::kUnsupported,
              fmt::format("{} has format {}, and this hone reads formats up to {}", (folder / "run.json").string(),
                          format, kRunFormat),
              "use the version of hone that trained it, or a newer one");
}

// Takes the evaluation of the best step if its model was kept, else the last.
void read_classes(const fs::path& folder, const Json& record, History& history) {
  const std::vector<uint64_t> steps = evaluated_steps(folder);
  if (steps.empty()) return;
  const Json* keeps_best = member(history.options, "load_best_model_at_end");
  const auto best = count_of(member(record["best"], "step"));
  const bool has_best = keeps_best != nullptr && *keeps_best == true && best && std::ranges::count(steps, *best) > 0;
  const uint64_t step = has_best ? *best : steps.back();
  const auto evaluation = read_evaluation(folder, step);
  if (!evaluation) return;
  history.classes = classes_of(*evaluation);
  history.classes_step = static_cast<int64_t>(step);
}

}  // namespace

std::optional<uint64_t> step_number(std::string_view text) {
  uint64_t value = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool is_whole = status == std::errc() && end == text.data() + text.size() && value <= uint64_t{INT64_MAX};
  return is_whole ? std::optional(value) : std::nullopt;
}

std::vector<uint64_t> evaluated_steps(const fs::path& folder) {
  std::vector<uint64_t> steps;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder / "evaluations", error)) {
    const auto step = step_number(entry.path().stem().string());
    if (step && entry.path().filename() == fmt::format("{}.json", *step)) steps.push_back(*step);
  }
  std::sort(steps.begin(), steps.end());
  return steps;
}

std::optional<Json> read_evaluation(const fs::path& folder, uint64_t step) {
  return read_python_json(folder / "evaluations" / fmt::format("{}.json", step), kMaxEvaluationBytes);
}

std::optional<History> read_history(const fs::path& folder, RunMetrics& metrics, size_t max_log_parts) {
  const auto record = read_run(folder, FolderLocks::read());
  if (!record) return std::nullopt;
  check_format(*record, folder);
  History history;
  const std::string state = text_of(*record, "state");
  history.is_running = state == "running";
  history.is_finished = state == "finished";
  history.step = static_cast<int64_t>(count_of(member(*record, "step")).value_or(0));
  history.total_steps = static_cast<int64_t>(count_of(member(*record, "total_steps")).value_or(0));
  history.task = text_of(*record, "task");
  history.model_class = text_of(*record, "model_class");
  history.precision = text_of(*record, "precision");
  history.evaluation_rows = text_of(*record, "evaluation_rows");
  history.num_eval_rows = count_of(member(*record, "num_eval_rows"));
  if (const Json* options = member(*record, "options"); options != nullptr && options->is_object()) {
    history.options = *options;
  }
  read_log(folder, metrics, max_log_parts, history);
  read_classes(folder, *record, history);
  return history;
}

}  // namespace hone::watch
