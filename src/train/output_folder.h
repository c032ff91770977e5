// The folder of a run: the final model, with the checkpoints inside. One run owns it at a time, and a run overwrites
// nothing but what an earlier run of hone wrote, unless the user asks for it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/descriptor.h"
#include "train/checkpoint.h"

namespace hone::train {

// What a folder holds, as far as a run that wants to write there must know.
struct FolderContent {
  enum class Kind {
    kFree,        // nothing
    kOwnRun,      // a run of hone
    kTrainerRun,  // a run of Hugging Face's Trainer
    kModel,       // a model that hone did not train
    kOther,       // other files
  };
  Kind kind = Kind::kFree;
  std::vector<std::string> names;  // that tell the kind; of kOther all names; of kOwnRun those that hone did not write
  bool is_in_the_way = false;      // a run would replace some of them
  bool has_model = false;          // of kOwnRun: it has a final model
  bool has_checkpoint = false;     // of kOwnRun

  // "a model (config.json, model.safetensors)".
  std::string described() const;
};

FolderContent content_of(const std::filesystem::path& folder);

// What a user asks of the folder.
struct OutputRequest {
  std::filesystem::path output_dir;
  std::filesystem::path model_dir;  // of the model to start from
  bool overwrites = false;
  std::string resume_from;  // a checkpoint folder, "true" for the newest one in output_dir, or "" or "false"
};

// Holds the folder for this process until it is destroyed.
class OutputFolder {
 public:
  // Checks the folder, then makes it if it is missing. Errors (kUsage), before anything is changed: it holds a run, a
  // model or other files that the request does not allow to replace; it is the folder of the model to start from;
  // another process trains in it. Errors (kIo): it cannot be written.
  explicit OutputFolder(OutputRequest request);
  // Removes the folder if it was made and is still empty.
  ~OutputFolder();
  OutputFolder(const OutputFolder&) = delete;
  OutputFolder& operator=(const OutputFolder&) = delete;

  // Whether the folder holds something to be resumed or replaced: the model or a checkpoint of an earlier run, or what
  // overwrite_output_dir replaces. A run that failed before its first checkpoint does not count: it can be started
  // again.
  bool holds_earlier_run() const { return holds_earlier_run_; }

  // Whether this object made the folder.
  bool is_new() const { return !made_.empty(); }

  // The checkpoint to resume from, or nullopt for a fresh start. Errors: kUsage if there is none to resume from, but a
  // trained model that a fresh start would replace, or if the named one is missing or not hone's; kInput if the named
  // one is damaged.
  std::optional<CheckpointFolder> checkpoint_to_resume() const;

  // Removes the run that overwrite_output_dir replaces. Call it when nothing can keep the new run from starting, so
  // that a mistyped file name costs no model.
  void remove_replaced_run() const;

 private:
  void check_content(const FolderContent& content);
  bool resumes_here() const;

  OutputRequest request_;
  Descriptor lock_;
  bool holds_earlier_run_ = false, has_model_ = false, is_replaced_ = false;
  std::vector<std::filesystem::path> made_;  // the folders that this object made, outermost first
};

}  // namespace hone::train
