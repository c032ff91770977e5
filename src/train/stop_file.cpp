// Looks for the file only at intervals, because a system call in each step would slow down tiny models.
#include "train/stop_file.h"

#include "train/run_files.h"

namespace hone::train {

namespace {

constexpr std::chrono::milliseconds kBetweenLooks{100};

}  // namespace

StopFile::StopFile(const std::filesystem::path& output_dir) : path_(output_dir / kStopFile) { remove(); }

bool StopFile::is_requested() {
  if (is_requested_) return true;
  const auto now = std::chrono::steady_clock::now();
  if (now < next_look_) return false;
  next_look_ = now + kBetweenLooks;
  std::error_code error;
  is_requested_ = std::filesystem::exists(path_, error);
  return is_requested_;
}

void StopFile::remove() const {
  std::error_code error;
  std::filesystem::remove(path_, error);
}

}  // namespace hone::train
