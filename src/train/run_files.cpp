// Removes only files that have the names of run files.
#include "train/run_files.h"

#include <unistd.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>
#include <vector>

namespace hone::train {

namespace fs = std::filesystem;

namespace {

// Returns the step of "evaluations/200.json".
std::optional<int64_t> evaluated_step(const fs::path& path) {
  const std::string name = path.stem().string();
  int64_t step = 0;
  const auto [end, status] = std::from_chars(name.data(), name.data() + name.size(), step);
  if (path.extension() != ".json" || status != std::errc() || end != name.data() + name.size()) return std::nullopt;
  return step;
}

std::vector<fs::path> entries_of(const fs::path& folder) {
  std::vector<fs::path> paths;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) paths.push_back(entry.path());
  return paths;
}

void remove_evaluations_but(const fs::path& output_dir, const std::set<int64_t>& kept) {
  std::error_code error;
  for (const fs::path& path : entries_of(output_dir / kEvaluationsFolder)) {
    const auto step = evaluated_step(path);
    if (step && kept.count(*step) == 0) fs::remove(path, error);
  }
  rmdir((output_dir / kEvaluationsFolder).c_str());  // fails if the folder is not empty
}

void remove_event_files(const fs::path& output_dir) {
  std::error_code error;
  for (const fs::path& folder : entries_of(output_dir / kEventsFolder)) {
    for (const fs::path& path : entries_of(folder)) {
      if (path.filename().string().starts_with("events.out.tfevents.")) fs::remove(path, error);
    }
    rmdir(folder.c_str());
  }
  rmdir((output_dir / kEventsFolder).c_str());
}

}  // namespace

void remove_run_files(const fs::path& output_dir) {
  for (const char* name : {kRunFile, kMetricsFile, kStopFile, kTrainPrefixFile, kEvaluationPrefixFile})
    fs::remove(output_dir / name);
  remove_evaluations_but(output_dir, {});
  remove_event_files(output_dir);
}

void remove_unlogged_evaluations(const fs::path& output_dir, const Json& log_history) {
  std::set<int64_t> logged;
  for (const Json& entry : log_history) {
    if (entry.contains("eval_loss")) logged.insert(entry.value("step", int64_t{-1}));
  }
  remove_evaluations_but(output_dir, logged);
}

std::string json_text(const Json& value, int indent) {
  return value.dump(indent, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
}

}  // namespace hone::train
