// Checkpoints: folders "checkpoint-STEP" that hold everything a run needs to resume. write_checkpoint writes each
// atomically, with a manifest of sizes and digests.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "model/parameters.h"
#include "tensor/safetensors.h"

namespace hone::train {

struct CheckpointFolder {
  int64_t step = 0;
  std::filesystem::path path;
};

// Returns all folders with such a name in `output_dir`, oldest first, also damaged ones and those of other programs.
std::vector<CheckpointFolder> list_checkpoints(const std::filesystem::path& output_dir);

std::filesystem::path checkpoint_path(const std::filesystem::path& output_dir, int64_t step);

// Calls `fill` to write the files into a temporary folder, adds the manifest and renames the folder to checkpoint-STEP.
// Replaces an older folder of that name. After an error (kIo) nothing has changed.
void write_checkpoint(const std::filesystem::path& output_dir, int64_t step,
                      const std::function<void(const std::filesystem::path& folder)>& fill);

// Returns whether hone wrote the folder: its manifest says so, or it has a file that only hone writes.
bool is_own_checkpoint(const std::filesystem::path& folder);

// Returns a description of the damage (a missing file, or a size or digest that differs from the manifest), or nullopt
// if the folder is whole.
std::optional<std::string> checkpoint_damage(const std::filesystem::path& folder);

// Returns the newest whole checkpoint. Skips a damaged one with a warning.
std::optional<CheckpointFolder> newest_whole_checkpoint(const std::filesystem::path& output_dir);

// Removes the oldest checkpoints of hone until `limit` remain, but never the newest and never that of `best_step`.
void remove_old_checkpoints(const std::filesystem::path& output_dir, int64_t limit, std::optional<int64_t> best_step);

// Removes the unfinished folders and files of killed processes.
void remove_unfinished(const std::filesystem::path& output_dir);

// Copies the tensors of a safetensors file into the targets with the same names. Errors (kInput): a tensor is missing
// or has another shape.
void restore_tensors(const std::filesystem::path& file, const tensor::NamedTensors& targets);

// Returns the parameters by name, to restore or to save them.
tensor::NamedTensors as_tensors(const std::vector<model::NamedParameter>& parameters);

// The files of a checkpoint, besides config.json and the tokenizer.
inline constexpr const char* kWeightsFile = "model.safetensors";
// Returns the name of the file with a folder's weights: kWeightsFile, or an adapter's.
const char* weights_file(const std::filesystem::path& folder);
inline constexpr const char* kRawWeightsFile = "raw_weights.safetensors";  // beside an average (--ema-decay)
inline constexpr const char* kOptimizerFile = "optimizer.safetensors";
inline constexpr const char* kStateFile = "trainer_state.json";
inline constexpr const char* kHoneStateFile = "hone_state.json";
inline constexpr const char* kArgumentsFile = "training_args.json";
inline constexpr const char* kManifestFile = "manifest.json";

}  // namespace hone::train
