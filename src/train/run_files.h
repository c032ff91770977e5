// The files that describe a run, besides its model and its checkpoints (docs/runs.md). `hone watch` reads them.
#pragma once

#include <filesystem>

#include "base/json.h"

namespace hone::train {

inline constexpr const char* kRunFile = "run.json";
inline constexpr const char* kMetricsFile = "metrics.jsonl";
inline constexpr const char* kEvaluationsFolder = "evaluations";
inline constexpr const char* kStopFile = "stop";
inline constexpr const char* kEventsFolder = "runs";
// The output of frozen layers (model/prefix_cache.h).
inline constexpr const char *kTrainPrefixFile = "frozen_train.cache",
                            *kEvaluationPrefixFile = "frozen_evaluation.cache";

// A corpus for each split of a run on running text that is made of files. They stay, so that a run that is resumed or
// repeated reads them again.
inline constexpr const char* kCorporaFolder = "corpora";

// Removes these files, including TensorBoard's. Keeps all other files, and folders that are not empty.
void remove_run_files(const std::filesystem::path& output_dir);

// Removes evaluations whose step is not in the log. A resumed run repeats them.
void remove_unlogged_evaluations(const std::filesystem::path& output_dir, const Json& log_history);

// Returns JSON text. Replaces bytes that are not UTF-8 (in arguments, paths or rows) by U+FFFD.
std::string json_text(const Json& value, int indent = -1);

}  // namespace hone::train
