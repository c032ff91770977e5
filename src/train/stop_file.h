// The file "stop" in a run's folder, which asks the run to save and stop. hone watch's button or `touch` makes it.
#pragma once

#include <chrono>
#include <filesystem>

namespace hone::train {

class StopFile {
 public:
  // Removes a file that an earlier request left.
  explicit StopFile(const std::filesystem::path& output_dir);

  // Looks for the file at most ten times a second. Once true, stays true.
  bool is_requested();
  // Removes the file. Call it after the run has stopped.
  void remove() const;

 private:
  std::filesystem::path path_;
  std::chrono::steady_clock::time_point next_look_;
  bool is_requested_ = false;
};

}  // namespace hone::train
