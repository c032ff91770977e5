// The file "stop" in a run's folder, by which others ask the run to save and stop (hone watch's button, or `touch`).
#pragma once

#include <chrono>
#include <filesystem>

namespace hone::train {

class StopFile {
 public:
  // Removes what an earlier run was asked.
  explicit StopFile(const std::filesystem::path& output_dir);

  // Looks for the file at most ten times a second. Once true it stays true.
  bool is_requested();
  // What was asked for is done.
  void remove() const;

 private:
  std::filesystem::path path_;
  std::chrono::steady_clock::time_point next_look_;
  bool is_requested_ = false;
};

}  // namespace hone::train
