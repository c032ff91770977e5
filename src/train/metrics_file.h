// Writes metrics.jsonl: one line for each entry of the log, as in trainer_state.json, with the seconds of training so
// far ("time").
#pragma once

#include <filesystem>
#include <optional>

#include "base/files.h"
#include "train/run_state.h"

namespace hone::train {

class MetricsFile {
 public:
  explicit MetricsFile(std::filesystem::path path) : path_(std::move(path)) {}

  // Rewrites the file from the log: empty for a new run, up to the checkpoint for a resumed run.
  // Errors: kIo.
  void write_anew(const RunState& state);
  // Appends the last entry of the log. If that fails (kIo), the next call rewrites the whole file.
  void add_last(const RunState& state);

 private:
  std::filesystem::path path_;
  std::optional<AppendFile> file_;
};

}  // namespace hone::train
