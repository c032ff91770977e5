// The files by which a run tells how it goes, beside its model and checkpoints (docs/runs.md). `hone watch` reads them.
#pragma once

#include <filesystem>

#include "base/json.h"

namespace hone::train {

inline constexpr const char* kRunFile = "run.json";
inline constexpr const char* kMetricsFile = "metrics.jsonl";
inline constexpr const char* kEvaluationsFolder = "evaluations";
inline constexpr const char* kStopFile = "stop";
inline constexpr const char* kEventsFolder = "runs";

// Removes these files, TensorBoard's among them. What else the folders hold stays, and then the folders too.
void remove_run_files(const std::filesystem::path& output_dir);

// Of the evaluations only those stay whose step the log has: a resumed run makes the others anew.
void remove_unlogged_evaluations(const std::filesystem::path& output_dir, const Json& log_history);

// JSON text in which bytes that are not UTF-8 (of an argument, a path, a row) stand as U+FFFD.
std::string json_text(const Json& value, int indent = -1);

}  // namespace hone::train
