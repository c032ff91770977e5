// The log for TensorBoard, as transformers' TensorBoardCallback writes it.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "base/json.h"
#include "train/event_file.h"
#include "train/options.h"

namespace hone::train {

bool reports_to_tensorboard(const TrainOptions& options);

// logging_dir, or by default output_dir/runs/Nov22_11-02-03_host with the time of now.
std::filesystem::path tensorboard_folder(const TrainOptions& options);

// A key of the log as a tag: "eval_loss" is eval/loss, "test_x" is test/x, all others train/loss.
std::string tensorboard_tag(const std::string& key);

class TensorBoardLog {
 public:
  // Opens a new event file that begins with the texts "args" and "model_config". A resumed run passes the step it goes
  // on from; else 0. Errors: kIo.
  TensorBoardLog(const std::filesystem::path& folder, const Json& options, const Json& model_config,
                 int64_t resumed_step);

  // A scalar for each number of an entry of the log, at its step. Errors: kIo.
  void add(const Json& entry);

 private:
  EventFile file_;
};

}  // namespace hone::train
