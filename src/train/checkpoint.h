// Checkpoints: folders "checkpoint-STEP" that hold everything a run needs to resume. Each is written whole or not at
// all, and sealed by a manifest of sizes and digests.
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

// Returns the folders with such a name in `output_dir`, oldest first, whole or damaged, whoever wrote them.
std::vector<CheckpointFolder> list_checkpoints(const std::filesystem::path& output_dir);

std::filesystem::path checkpoint_path(const std::filesystem::path& output_dir, int64_t step);

// Lets `fill` write the files into a temporary folder, seals it and renames it to checkpoint-STEP. Replaces an older
// folder of that name. Errors: kIo; then nothing has changed.
void write_checkpoint(const std::filesystem::path& output_dir, int64_t step,
                      const std::function<void(const std::filesystem::path& folder)>& fill);

// Whether hone wrote the folder: its manifest says so, or one of the files that only hone writes is there.
bool is_own_checkpoint(const std::filesystem::path& folder);

// Returns what is wrong with the folder (a file that is missing, or whose size or digest is not the manifest's), or
// nullopt if it is whole.
std::optional<std::string> checkpoint_damage(const std::filesystem::path& folder);

// Returns the newest whole checkpoint. Skips a damaged one with a warning.
std::optional<CheckpointFolder> newest_whole_checkpoint(const std::filesystem::path& output_dir);

// Removes hone's oldest checkpoints until `limit` are left, but never the newest nor the one of `best_step`.
void remove_old_checkpoints(const std::filesystem::path& output_dir, int64_t limit, std::optional<int64_t> best_step);

// Removes what a killed process left half-written.
void remove_unfinished(const std::filesystem::path& output_dir);

// Copies tensors of a safetensors file into the targets of the same name. Errors (kInput): a tensor is missing or has
// another shape.
void restore_tensors(const std::filesystem::path& file, const tensor::NamedTensors& targets);

// The parameters as tensors to restore or to save.
tensor::NamedTensors as_tensors(const std::vector<model::NamedParameter>& parameters);

// The files of a checkpoint beside config.json and the tokenizer.
inline constexpr const char* kWeightsFile = "model.safetensors";
inline constexpr const char* kOptimizerFile = "optimizer.safetensors";
inline constexpr const char* kStateFile = "trainer_state.json";
inline constexpr const char* kHoneStateFile = "hone_state.json";
inline constexpr const char* kArgumentsFile = "training_args.json";
inline constexpr const char* kManifestFile = "manifest.json";

}  // namespace hone::train
