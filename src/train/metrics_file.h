// metrics.jsonl: a line an entry of the log, as in trainer_state.json, with the seconds of training until then
// ("time").
#pragma once

#include <filesystem>
#include <optional>

#include "base/files.h"
#include "train/run_state.h"

namespace hone::train {

class MetricsFile {
 public:
  explicit MetricsFile(std::filesystem::path path) : path_(std::move(path)) {}

  // Makes the file what the state's log says: a new run's is empty, a resumed one's ends where its checkpoint does.
  // Errors: kIo.
  void write_anew(const RunState& state);
  // Appends the last entry of the log. After an error (kIo) the next call writes the file anew.
  void add_last(const RunState& state);

 private:
  std::filesystem::path path_;
  std::optional<AppendFile> file_;
};

}  // namespace hone::train
