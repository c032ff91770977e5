// Writes the log for TensorBoard, with the tags of transformers' TensorBoardCallback.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "train/event_file.h"

namespace hone::train {

// Returns whether the names of --report-to include TensorBoard.
bool reports_to_tensorboard(const std::vector<std::string>& report_to);

// Returns logging_dir, or if that is empty output_dir/runs/Nov22_11-02-03_host with the present time.
std::filesystem::path tensorboard_folder(const std::filesystem::path& output_dir,
                                         const std::filesystem::path& logging_dir);

// Returns the tag of a key of the log: "eval/loss" for "eval_loss", "test/x" for "test_x", "train/loss" for "loss".
std::string tensorboard_tag(const std::string& key);

class TensorBoardLog {
 public:
  // Opens a new event file that begins with the texts "args" and "model_config". `resumed_step` is the step of the
  // checkpoint that the run resumes, or 0. Errors: kIo.
  TensorBoardLog(const std::filesystem::path& folder, const Json& options, const Json& model_config,
                 int64_t resumed_step);

  // Adds a scalar for each number of an entry of the log, at its step. Errors: kIo.
  void add(const Json& entry);

 private:
  EventFile file_;
};

}  // namespace hone::train
