// The folder of a run: the final model itself, with the checkpoints inside. One run owns it at a time.
#pragma once

#include <filesystem>
#include <optional>

#include "train/checkpoint.h"
#include "train/options.h"

namespace hone::train {

// Holds the folder for this process until it is destroyed.
class OutputFolder {
 public:
  // Makes the folder. Errors: kUsage where it holds another run (remove it with overwrite_output_dir, or resume), is
  // the folder of the model to start from, or another process trains in it; kIo.
  explicit OutputFolder(const TrainOptions& options);
  ~OutputFolder();
  OutputFolder(const OutputFolder&) = delete;
  OutputFolder& operator=(const OutputFolder&) = delete;

  // Whether the folder holds the model or a checkpoint of an earlier run, to be resumed or replaced. What a run leaves
  // that failed before its first checkpoint does not count: such a run can be started again as it was.
  bool holds_earlier_run() const { return holds_earlier_run_; }

  // Removes the run that overwrite_output_dir replaces. To be called when nothing can keep the new run from starting,
  // so that a mistyped file name costs no model.
  void remove_replaced_run() const;

 private:
  int descriptor_ = -1;
  bool holds_earlier_run_ = false;
  std::filesystem::path replaced_;  // empty: none
};

// The checkpoint to go on from; nullopt: a fresh start. Errors: a named folder that is no whole checkpoint.
std::optional<CheckpointFolder> checkpoint_to_resume(const TrainOptions& options);

}  // namespace hone::train
