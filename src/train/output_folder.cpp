#include "train/output_folder.h"

#include <unistd.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cerrno>

#include "base/error.h"
#include "base/files.h"
#include "base/folder_lock.h"
#include "base/json.h"
#include "base/log.h"
#include "model/adapter_config.h"
#include "model/sentence_config.h"
#include "task/samples.h"
#include "train/run_files.h"
#include "train/test_rows.h"

namespace hone::train {

namespace fs = std::filesystem;

namespace {

using Kind = FolderContent::Kind;

// The names of files that a run writes into its folder, or that runs of other programs write.
constexpr std::string_view kRunNames[] = {"config.json",
                                          kWeightsFile,
                                          model::kAdapterConfigFile,
                                          model::kAdapterWeightsFile,
                                          model::kAdaptedConfigFile,
                                          "tokenizer.json",
                                          "tokenizer_config.json",
                                          "special_tokens_map.json",
                                          "vocab.txt",
                                          "vocab.json",
                                          "merges.txt",
                                          "added_tokens.json",
                                          task::kSamplesFile,
                                          kArgumentsFile,
                                          kStateFile,
                                          kTestResultsFile,
                                          "README.md",
                                          kRunFile,
                                          kMetricsFile,
                                          kStopFile,
                                          kTrainPrefixFile,
                                          kEvaluationPrefixFile,
                                          kEvaluationsFolder};
constexpr std::string_view kTrainerNames[] = {kStateFile, "training_args.bin"};
constexpr std::string_view kWeightNames[] = {kWeightsFile,  "model.safetensors.index.json", "pytorch_model.bin",
                                             "tf_model.h5", "pytorch_model.bin.index.json", "flax_model.msgpack",
                                             "model.ckpt",  model::kAdapterWeightsFile};
constexpr const char* kFinalFiles[] = {
    kWeightsFile,  model::kAdapterConfigFile, model::kAdapterWeightsFile, model::kAdaptedConfigFile, kStateFile,
    kArgumentsFile};

template <typename Names>
bool has_name(const Names& names, std::string_view name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

bool is_run_name(std::string_view name) { return has_name(kRunNames, name) || model::is_sentence_file(name); }

bool is_object_with(const fs::path& path, std::string_view key) {
  try {
    const Json json = read_json(path);
    return json.is_object() && json.contains(key);
  } catch (const Error&) {
    return false;
  }
}

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    std::string name = entry.path().filename().string();
    // Only hone writes temporary names. Corpora that a run made are made of its text: they stand in no run's way.
    if (!is_temporary_name(name) && name != kCorporaFolder) names.push_back(std::move(name));
  }
  std::sort(names.begin(), names.end());
  return names;
}

// run.json is written when a run starts. Early versions wrote only training_args.json, which no other tool writes.
bool has_own_files(const fs::path& folder) {
  return is_object_with(folder / kRunFile, "hone_version") ||
         is_object_with(folder / kArgumentsFile, "model_name_or_path");
}

bool is_trainer_checkpoint(const fs::path& folder) {
  return std::any_of(std::begin(kTrainerNames), std::end(kTrainerNames),
                     [&](std::string_view name) { return fs::exists(folder / name); });
}

Kind foreign_kind(const fs::path& folder, const std::vector<std::string>& names,
                  const std::vector<std::string>& checkpoints) {
  const auto has_any = [&](const auto& wanted) {
    return std::any_of(names.begin(), names.end(), [&](const std::string& name) { return has_name(wanted, name); });
  };
  if (has_any(kTrainerNames) || std::any_of(checkpoints.begin(), checkpoints.end(), [&](const std::string& name) {
        return is_trainer_checkpoint(folder / name);
      })) {
    return Kind::kTrainerRun;
  }
  if (has_any(kWeightNames)) return Kind::kModel;
  return names.empty() ? Kind::kFree : Kind::kOther;
}

// Returns whether a file of this name determines the kind. (Checkpoints do too.)
bool tells(Kind kind, const std::string& name) {
  switch (kind) {
    case Kind::kTrainerRun:
      return has_name(kTrainerNames, name);
    case Kind::kModel:
      return name == "config.json" || has_name(kWeightNames, name);
    case Kind::kOther:
      return true;
    case Kind::kOwnRun:
    case Kind::kFree:
      break;
  }
  return false;
}

bool resumes(const OutputRequest& request) { return !request.resume_from.empty() && request.resume_from != "false"; }

bool is_inside(const fs::path& path, const fs::path& folder) {
  std::error_code error;
  const fs::path inner = fs::weakly_canonical(path, error), outer = fs::weakly_canonical(folder, error);
  const fs::path relative = inner.lexically_relative(outer);
  return !relative.empty() && *relative.begin() != "..";
}

// Removes the files that a run writes, and no others.
void remove_run(const fs::path& folder) {
  for (const CheckpointFolder& checkpoint : list_checkpoints(folder)) fs::remove_all(checkpoint.path);
  for (const char* name : kFinalFiles) fs::remove(folder / name);
  remove_run_files(folder);
}

void check_writable(const fs::path& folder) {
  if (access(folder.c_str(), W_OK) != 0) {
    throw Error(ErrorKind::kIo, fmt::format("cannot write into {}: {}", folder.string(), system_message(errno)),
                "check the permissions of this folder, or give another --output-dir");
  }
}

void check_place(const OutputRequest& request) {
  const fs::path& folder = request.output_dir;
  std::error_code error;
  if (fs::equivalent(folder, request.model_dir, error)) {
    throw Error(ErrorKind::kUsage,
                fmt::format("output_dir {} is the folder of the model to start from", folder.string()),
                "give another --output-dir");
  }
  if (fs::exists(folder) && !fs::is_directory(folder)) {
    throw Error(ErrorKind::kUsage, fmt::format("output_dir {} is a file", folder.string()),
                "give another --output-dir");
  }
  for (const CheckpointFolder& checkpoint : list_checkpoints(folder)) {
    if (!request.overwrites || !is_inside(request.model_dir, checkpoint.path)) continue;
    throw Error(
        ErrorKind::kUsage,
        fmt::format("overwrite_output_dir would remove {}, the model to start from", request.model_dir.string()),
        "give another --output-dir");
  }
}

// Returns the missing folders of `path`, outermost first.
std::vector<fs::path> missing_folders(const fs::path& path) {
  std::vector<fs::path> missing;
  std::error_code error;
  for (fs::path at = path.has_filename() ? path : path.parent_path(); !at.empty() && !fs::exists(at, error);
       at = at.parent_path()) {
    missing.insert(missing.begin(), at);
  }
  return missing;
}

void remove_if_empty(const std::vector<fs::path>& folders) {
  for (auto folder = folders.rbegin(); folder != folders.rend(); ++folder) rmdir(folder->c_str());
}

// Returns the model with which to continue the training of another program's folder.
std::string model_in(const fs::path& folder, const FolderContent& content) {
  const bool has_checkpoint = !content.names.empty() && content.names.front().starts_with("checkpoint-");
  return (has_checkpoint ? folder / content.names.front() : folder).string();
}

std::string hint_for_resuming(const fs::path& folder, const FolderContent& content) {
  switch (content.kind) {
    case Kind::kTrainerRun:
    case Kind::kModel:
      return fmt::format("to train this model further, give it as --model ({}), and another --output-dir",
                         model_in(folder, content));
    case Kind::kOwnRun:
      return "move the files that are not hone's, or give another --output-dir";
    case Kind::kOther:
    case Kind::kFree:
      break;
  }
  return content.is_in_the_way
             ? "give another --output-dir"
             : "leave out --resume-from-checkpoint to start a run there, or give another --output-dir";
}

Error refusal(const OutputRequest& request, const FolderContent& content) {
  const std::string folder = request.output_dir.string();
  if (content.kind == Kind::kOwnRun && !content.is_in_the_way) {
    return Error(ErrorKind::kUsage, fmt::format("output_dir {} already holds a run", folder),
                 "resume it (--resume-from-checkpoint true), replace it (--overwrite-output-dir), or give another "
                 "--output-dir");
  }
  if (resumes(request)) {
    return Error(
        ErrorKind::kUsage,
        fmt::format("output_dir {} holds {}; hone resumes only its own checkpoints", folder, content.described()),
        hint_for_resuming(folder, content));
  }
  return Error(ErrorKind::kUsage, fmt::format("output_dir {} holds {}", folder, content.described()),
               "give another --output-dir, or replace it (--overwrite-output-dir)");
}

}  // namespace

std::string FolderContent::described() const {
  constexpr size_t kMaxNames = 5;
  const auto shown = names.begin() + static_cast<ptrdiff_t>(std::min(names.size(), kMaxNames));
  const std::string list =
      fmt::format("{}{}", fmt::join(names.begin(), shown, ", "), shown == names.end() ? "" : ", ...");
  switch (kind) {
    case Kind::kFree:
      return "nothing";
    case Kind::kOwnRun:
      return names.empty() ? "a run of hone" : fmt::format("a run of hone, and beside it {}", list);
    case Kind::kTrainerRun:
      return fmt::format("a run of Hugging Face's Trainer ({})", list);
    case Kind::kModel:
      return fmt::format("a model that hone did not train ({})", list);
    case Kind::kOther:
      return fmt::format("files that are not a run of hone ({})", list);
  }
  return "";
}

FolderContent content_of(const fs::path& folder) {
  FolderContent content;
  std::error_code error;
  if (!fs::is_directory(folder, error)) return content;
  const std::vector<std::string> names = names_in(folder);
  std::vector<std::string> foreign_checkpoints;
  for (const CheckpointFolder& checkpoint : list_checkpoints(folder)) {
    const bool is_own = is_own_checkpoint(checkpoint.path);
    content.has_checkpoint = content.has_checkpoint || is_own;
    if (!is_own) foreign_checkpoints.push_back(checkpoint.path.filename().string());
  }
  const bool is_own = content.has_checkpoint || has_own_files(folder);
  content.kind = is_own ? Kind::kOwnRun : foreign_kind(folder, names, foreign_checkpoints);
  for (const std::string& name : names) {
    const bool is_checkpoint = has_name(foreign_checkpoints, name);
    if (is_checkpoint || tells(content.kind, name)) content.names.push_back(name);
    if (is_checkpoint || (!is_own && is_run_name(name))) content.is_in_the_way = true;
    if (is_own && has_name(kFinalFiles, name)) content.has_model = true;
  }
  return content;
}

OutputFolder::OutputFolder(OutputRequest request) : request_(std::move(request)) {
  const fs::path& folder = request_.output_dir;
  check_place(request_);
  check_content(content_of(folder));
  made_ = missing_folders(folder);
  try {
    make_folders(folder);
    check_writable(folder);
    lock_ = lock_folder(folder, "training in", "--output-dir");
  } catch (const Error&) {
    remove_if_empty(made_);
    throw;
  }
  remove_unfinished(folder);
}

// Throws if the run may not write here. Changes nothing.
void OutputFolder::check_content(const FolderContent& content) {
  const bool is_own = content.kind == Kind::kOwnRun, is_other = content.kind == Kind::kOther;
  const bool has_run = content.has_model || content.has_checkpoint;
  const bool is_foreign = content.kind == Kind::kTrainerRun || content.kind == Kind::kModel;
  const bool is_refused = is_foreign || content.is_in_the_way || (is_own && has_run && !resumes_here()) ||
                          (is_other && request_.resume_from == "true");
  is_replaced_ = is_refused && request_.overwrites && !resumes_here();
  if (is_refused && !is_replaced_) throw refusal(request_, content);
  holds_earlier_run_ = has_run || is_replaced_;
  has_model_ = content.has_model;
}

// Returns whether the run resumes from this folder. A checkpoint in another folder does not permit replacing the run in
// this one.
bool OutputFolder::resumes_here() const {
  return resumes(request_) && (request_.resume_from == "true" || is_inside(request_.resume_from, request_.output_dir));
}

void OutputFolder::remove_replaced_run() const {
  if (is_replaced_) remove_run(request_.output_dir);
}

OutputFolder::~OutputFolder() { remove_if_empty(made_); }

std::optional<CheckpointFolder> OutputFolder::checkpoint_to_resume() const {
  const std::string& wanted = request_.resume_from;
  if (!resumes(request_)) return std::nullopt;
  if (wanted == "true") {
    const std::string output_dir = request_.output_dir.string();
    const auto newest = newest_whole_checkpoint(request_.output_dir);
    if (!newest && has_model_) {
      throw Error(
          ErrorKind::kUsage,
          fmt::format("output_dir {} holds a trained model, but no whole checkpoint to resume from", output_dir),
          "to train it anew, leave out --resume-from-checkpoint and add --overwrite-output-dir; or give another "
          "--output-dir");
    }
    if (!newest) log_info("no checkpoint in {} to resume from: starting anew", output_dir);
    return newest;
  }
  const fs::path folder = wanted;
  if (!fs::is_directory(folder)) {
    throw Error(ErrorKind::kUsage, fmt::format("resume_from_checkpoint {} is not a folder", wanted),
                "give a checkpoint folder, or true for the newest one in output_dir");
  }
  if (!is_own_checkpoint(folder)) {
    const FolderContent content = content_of(folder);
    throw Error(
        ErrorKind::kUsage,
        fmt::format("resume_from_checkpoint {} holds {}; hone resumes only its own checkpoints", wanted,
                    is_trainer_checkpoint(folder) ? "a checkpoint of Hugging Face's Trainer" : content.described()),
        "give a folder checkpoint-STEP that hone wrote; to train a model further, give it as --model");
  }
  if (const auto damage = checkpoint_damage(folder)) {
    throw Error(ErrorKind::kInput, fmt::format("{} is not a whole checkpoint: {}", wanted, *damage),
                "resume from an older one, or give true to resume from the newest whole one");
  }
  return CheckpointFolder{0, folder};
}

}  // namespace hone::train
