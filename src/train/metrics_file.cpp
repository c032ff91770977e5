// Appends to the file, so that readers can continue where they stopped.
#include "train/metrics_file.h"

#include "base/error.h"
#include "train/run_files.h"

namespace hone::train {

namespace {

std::string line_of(const RunState& state, size_t i) {
  Json entry = state.log_history[i];
  if (i < state.log_seconds.size() && state.log_seconds[i].is_number()) entry["time"] = state.log_seconds[i];
  return json_text(entry) + "\n";
}

}  // namespace

void MetricsFile::write_anew(const RunState& state) {
  file_.reset();
  std::string text;
  for (size_t i = 0; i < state.log_history.size(); ++i) text += line_of(state, i);
  replace_file(path_, text);
  file_.emplace(path_);
}

void MetricsFile::add_last(const RunState& state) {
  if (!file_) return write_anew(state);
  try {
    file_->append(line_of(state, state.log_history.size() - 1));
  } catch (const Error&) {
    file_.reset();
    throw;
  }
}

}  // namespace hone::train
