// The folder of a run: the final model, with the checkpoints inside. One run owns it at a time. Unless the user asks
// for it, a run overwrites nothing that an earlier run or another program wrote.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/descriptor.h"
#include "train/checkpoint.h"

namespace hone::train {

// The content of a folder, as a run must know it before it writes there.
struct FolderContent {
  enum class Kind {
    kFree,        // nothing
    kOwnRun,      // a run of hone
    kTrainerRun,  // a run of Hugging Face's Trainer
    kModel,       // a model that hone did not train
    kOther,       // other files
  };
  Kind kind = Kind::kFree;
  // The files that determine the kind; for kOther all files; for kOwnRun those that hone did not write.
  std::vector<std::string> names;
  bool is_in_the_way = false;   // a run would replace some of the files
  bool has_model = false;       // for kOwnRun: it has a final model
  bool has_checkpoint = false;  // of kOwnRun

  // Returns a text such as "a model (config.json, model.safetensors)".
  std::string described() const;
};

FolderContent content_of(const std::filesystem::path& folder);

// The options that concern the folder.
struct OutputRequest {
  std::filesystem::path output_dir;
  std::filesystem::path model_dir;  // the model to start from
  bool overwrites = false;
  std::string resume_from;  // a checkpoint folder, "true" for the newest one in output_dir, or "" or "false"
};

// Locks the folder for this process until it is destroyed.
class OutputFolder {
 public:
  // Checks the folder, then creates it if it is missing. Errors (kUsage), before it changes anything: the folder holds
  // a run, a model or other files that the request does not allow to replace; it is the folder of the model to start
  // from; another process trains in it. Errors (kIo): the folder cannot be written.
  explicit OutputFolder(OutputRequest request);
  // Removes the folder if this object created it and it is still empty.
  ~OutputFolder();
  OutputFolder(const OutputFolder&) = delete;
  OutputFolder& operator=(const OutputFolder&) = delete;

  // Returns whether the run will resume or replace something: the model or a checkpoint of an earlier run, or the files
  // that overwrite_output_dir replaces. A run that failed before its first checkpoint does not count, because the same
  // command starts it again.
  bool holds_earlier_run() const { return holds_earlier_run_; }

  // Returns whether this object created the folder.
  bool is_new() const { return !made_.empty(); }

  // Returns the checkpoint to resume from, or nullopt for a fresh start. Errors: kUsage if there is no checkpoint, but
  // a trained model that a fresh start would replace; kUsage if the named checkpoint is missing or hone did not write
  // it; kInput if it is damaged.
  std::optional<CheckpointFolder> checkpoint_to_resume() const;

  // Removes the run that overwrite_output_dir replaces. Call it after all checks, so that a mistyped file name does not
  // cost the user a model.
  void remove_replaced_run() const;

 private:
  void check_content(const FolderContent& content);
  bool resumes_here() const;

  OutputRequest request_;
  Descriptor lock_;
  bool holds_earlier_run_ = false, has_model_ = false, is_replaced_ = false;
  std::vector<std::filesystem::path> made_;  // the folders that this object created, outermost first
};

}  // namespace hone::train
