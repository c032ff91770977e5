// Checkpoints: folders "checkpoint-STEP" that hold everything a run needs to go on, each written whole or not at all
// and sealed by a manifest of sizes and digests.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace hone::train {

struct CheckpointFolder {
  int64_t step = 0;
  std::filesystem::path path;
};

// The checkpoints in `output_dir`, oldest first, whole or not.
std::vector<CheckpointFolder> list_checkpoints(const std::filesystem::path& output_dir);

std::filesystem::path checkpoint_path(const std::filesystem::path& output_dir, int64_t step);

// Lets `fill` write the files into a temporary folder, seals it and renames it to checkpoint-STEP. An older folder of
// that name is replaced. Errors: kIo; then nothing has changed.
void write_checkpoint(const std::filesystem::path& output_dir, int64_t step,
                      const std::function<void(const std::filesystem::path& folder)>& fill);

// What is wrong with the folder: a file that is missing, or that the manifest does not know by this size or digest.
// nullopt: it is whole.
std::optional<std::string> checkpoint_damage(const std::filesystem::path& folder);

// The newest whole checkpoint; a damaged one is named in a warning and passed over.
std::optional<CheckpointFolder> newest_whole_checkpoint(const std::filesystem::path& output_dir);

// Removes the oldest beyond `limit`, but never the newest nor that of `best_step`.
void remove_old_checkpoints(const std::filesystem::path& output_dir, int64_t limit, std::optional<int64_t> best_step);

// What a killed process left half-written.
void remove_unfinished(const std::filesystem::path& output_dir);

// The optimizer's tensors, the state and the options within a checkpoint.
inline constexpr const char* kOptimizerFile = "optimizer.safetensors";
inline constexpr const char* kStateFile = "trainer_state.json";
inline constexpr const char* kArgumentsFile = "training_args.json";
inline constexpr const char* kManifestFile = "manifest.json";

}  // namespace hone::train
