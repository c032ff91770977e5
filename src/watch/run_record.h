// Describes a run for the page: run.json with each value checked, or for a run of Hugging Face's Trainer (or of an
// older hone) the contents of trainer_state.json.
#pragma once

#include <filesystem>
#include <optional>

#include "base/json.h"
#include "watch/folder_locks.h"

namespace hone::watch {

// Returns the keys of run.json (docs/runs.md); a key that is missing or of another type is null. Adds "resume_command"
// (null if the run is running or finished) and "stopping" (a stop was requested). Corrects "state": a run that was
// killed is "interrupted". Returns nullopt if the folder holds no run.
std::optional<Json> read_run(const std::filesystem::path& folder, const FolderLocks& locks);

// Returns whether the names of its files show that the folder is a run.
bool is_run(const std::filesystem::path& folder);

// Returns the trainer_state.json of the folder, else of its newest checkpoint; an empty path if there is none.
std::filesystem::path trainer_state_path(const std::filesystem::path& folder);

// Reads a JSON object that Python may have written; reads NaN and Infinity as null. Returns nullopt if the file is too
// large or not a JSON object.
std::optional<Json> read_python_json(const std::filesystem::path& path, uint64_t max_bytes);

inline constexpr uint64_t kMaxStateBytes = 64 << 20;

}  // namespace hone::watch
