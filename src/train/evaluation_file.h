// evaluations/STEP.json: the metrics and panels of one evaluation.
#pragma once

#include <cstdint>
#include <filesystem>

#include "base/json.h"
#include "metric/report.h"

namespace hone::train {

// Files of hone 0.1 have no "format"; their parts have fixed keys (docs/runs.md).
inline constexpr int kEvaluationFormat = 2;

struct EvaluationFile {
  int64_t step = 0;
  double epoch = 0;
  const metric::Report& report;
};

Json to_json(const EvaluationFile& file);

// Errors: kIo.
void write_evaluation(const std::filesystem::path& output_dir, const EvaluationFile& file);

}  // namespace hone::train
