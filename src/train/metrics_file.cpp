// Appending, so that who reads along need not read from the start again.
#include "train/metrics_file.h"

#include <fmt/format.h>

#include <cerrno>

#include "base/error.h"
#include "base/files.h"
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
  file_.reset(std::fopen(path_.c_str(), "ae"));
  if (!file_) throw Error(ErrorKind::kIo, fmt::format("cannot write {}: {}", path_.string(), system_message(errno)));
}

void MetricsFile::add_last(const RunState& state) {
  if (!file_) return write_anew(state);
  const std::string line = line_of(state, state.log_history.size() - 1);
  if (std::fwrite(line.data(), 1, line.size(), file_.get()) == line.size() && std::fflush(file_.get()) == 0) return;
  const int error_number = errno;
  file_.reset();
  throw Error(ErrorKind::kIo, fmt::format("cannot write {}: {}", path_.string(), system_message(error_number)));
}

}  // namespace hone::train
