// A study's journal in a file, as Optuna's JournalFileBackend: it is only appended to, under a lock, so several
// programs may search together. Each update is one write(), then fsync().
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "search/journal_lock.h"
#include "search/replay.h"

namespace hone::search {

class Journal {
 public:
  // Opens the file, or creates an empty one. Removes a last line that a crash cut, with a warning: its writer never
  // knew that it was written. Errors: kIo; kInput with the line's number for another line that is damaged.
  explicit Journal(std::filesystem::path path, LockTimes times = {});

  const std::filesystem::path& path() const { return path_; }
  const Replay& replay() const { return replay_; }

  // Reads what others have written. A last line without its end is left for later.
  void refresh();

  // Locks the journal, reads what others have written, and appends the lines that `make` returns. Nobody writes
  // meanwhile. Errors: kIo; those of refresh().
  using MakeLines = std::function<std::vector<std::string>(const Replay& replay)>;
  void update(const MakeLines& make);

 private:
  void repair();
  void apply(std::string_view bytes);

  std::filesystem::path path_;
  LockTimes times_;
  Replay replay_;
  uint64_t num_bytes_ = 0, num_lines_ = 0;  // read so far
};

}  // namespace hone::search
