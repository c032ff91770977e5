// What the page is told of a run: run.json with each value checked, or for a run of Hugging Face's Trainer (or of an
// older hone) what its trainer_state.json says.
#pragma once

#include <filesystem>
#include <optional>

#include "base/json.h"
#include "watch/folder_locks.h"

namespace hone::watch {

// Keys as in run.json (docs/runs.md); one that is missing or of another type is null. Beside them: "resume_command"
// (null while it runs and where it is finished), "stopping" (it was asked to stop), and "state" is what is so rather
// than what the file says last: a run that was killed is "interrupted". nullopt where the folder holds no run.
std::optional<Json> read_run(const std::filesystem::path& folder, const FolderLocks& locks);

// Whether the folder looks like a run at all, by the names in it.
bool is_run(const std::filesystem::path& folder);

// The newest trainer_state.json of the folder or of a checkpoint in it; an empty path where there is none.
std::filesystem::path trainer_state_path(const std::filesystem::path& folder);

// What a file of Hugging Face's says; NaN and Infinity, which Python writes, become null. nullopt where it is too large
// or no JSON object.
std::optional<Json> read_python_json(const std::filesystem::path& path, uint64_t max_bytes);

inline constexpr uint64_t kMaxStateBytes = 64 << 20;

}  // namespace hone::watch
