// Checks before anything is written, and a lock on the folder.
#include "train/output_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>

#include "base/error.h"
#include "base/files.h"
#include "base/log.h"
#include "train/run_files.h"

namespace hone::train {

namespace fs = std::filesystem;

namespace {

constexpr const char* kModelFiles[] = {"model.safetensors", kStateFile, kArgumentsFile};

bool resumes(const TrainOptions& options) {
  return !options.resume_from_checkpoint.empty() && options.resume_from_checkpoint != "false";
}

bool holds_run(const fs::path& folder) {
  for (const char* name : kModelFiles) {
    if (fs::exists(folder / name)) return true;
  }
  return !list_checkpoints(folder).empty();
}

// Only what a run writes; other files of the user's stay.
void remove_run(const fs::path& folder) {
  for (const CheckpointFolder& checkpoint : list_checkpoints(folder)) fs::remove_all(checkpoint.path);
  for (const char* name : kModelFiles) fs::remove(folder / name);
  remove_run_files(folder);
}

int lock_folder(const fs::path& folder) {
  const int descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) {
    throw Error(ErrorKind::kIo, fmt::format("cannot open {}: {}", folder.string(), system_message(errno)));
  }
  if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    close(descriptor);
    throw Error(ErrorKind::kUsage, fmt::format("another process is training in {}", folder.string()),
                "wait for it, or give another --output-dir");
  }
  return descriptor;
}

void check_writable(const fs::path& folder) {
  if (access(folder.c_str(), W_OK) != 0) {
    throw Error(ErrorKind::kIo, fmt::format("cannot write into {}: {}", folder.string(), system_message(errno)),
                "check the permissions of this folder, or give another --output-dir");
  }
}

}  // namespace

OutputFolder::OutputFolder(const TrainOptions& options) {
  const fs::path& folder = options.output_dir;
  std::error_code error;
  if (fs::equivalent(folder, options.model_name_or_path, error)) {
    throw Error(ErrorKind::kUsage,
                fmt::format("output_dir {} is the folder of the model to start from", folder.string()),
                "give another --output-dir");
  }
  if (fs::exists(folder) && !fs::is_directory(folder)) {
    throw Error(ErrorKind::kUsage, fmt::format("output_dir {} is a file", folder.string()),
                "give another --output-dir");
  }
  make_folders(folder);
  check_writable(folder);
  descriptor_ = lock_folder(folder);
  remove_unfinished(folder);
  holds_earlier_run_ = holds_run(folder);
  if (resumes(options) || !holds_earlier_run_) return;
  if (!options.overwrite_output_dir) {
    close(descriptor_);
    throw Error(ErrorKind::kUsage, fmt::format("output_dir {} already holds a run", folder.string()),
                "go on with it (--resume-from-checkpoint true), replace it (--overwrite-output-dir), or give another "
                "--output-dir");
  }
  replaced_ = folder;
}

void OutputFolder::remove_replaced_run() const {
  if (!replaced_.empty()) remove_run(replaced_);
}

OutputFolder::~OutputFolder() { close(descriptor_); }

std::optional<CheckpointFolder> checkpoint_to_resume(const TrainOptions& options) {
  const std::string& wanted = options.resume_from_checkpoint;
  if (!resumes(options)) return std::nullopt;
  if (wanted == "true") {
    const auto newest = newest_whole_checkpoint(options.output_dir);
    if (!newest) log_info("no checkpoint in {} to resume from: starting anew", options.output_dir.string());
    return newest;
  }
  const fs::path folder = wanted;
  if (!fs::is_directory(folder)) {
    throw Error(ErrorKind::kUsage, fmt::format("resume_from_checkpoint {} is not a folder", wanted),
                "give a checkpoint folder, or true for the newest one in output_dir");
  }
  if (const auto damage = checkpoint_damage(folder)) {
    throw Error(ErrorKind::kInput, fmt::format("{} is not a whole checkpoint: {}", wanted, *damage),
                "resume from an older one, or with true to find the newest whole one");
  }
  return CheckpointFolder{0, folder};
}

}  // namespace hone::train
