// Reads what the diagnoses of a run need (advise/history.h) from its folder.
#pragma once

#include <filesystem>
#include <optional>

#include "advise/history.h"
#include "watch/run_metrics.h"

namespace hone::watch {

// Megabytes of a log that are read: by a command, and by the server, which does nothing else meanwhile.
inline constexpr size_t kMaxLogParts = 64, kMaxServedLogParts = 4;

// Returns nullopt if the folder holds no run that can be read. Errors (kUnsupported): a run of a newer hone.
std::optional<advise::History> read_history(const std::filesystem::path& folder, RunMetrics& metrics,
                                            size_t max_log_parts = kMaxLogParts);

// Returns the number that is the whole text, or nullopt.
std::optional<uint64_t> step_number(std::string_view text);

// Returns the steps of evaluations/STEP.json, ascending.
std::vector<uint64_t> evaluated_steps(const std::filesystem::path& folder);

// Returns evaluations/STEP.json, or nullopt if there is no such file or it is damaged.
std::optional<Json> read_evaluation(const std::filesystem::path& folder, uint64_t step);

}  // namespace hone::watch
