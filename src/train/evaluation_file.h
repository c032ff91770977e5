// Writes evaluations/STEP.json: metrics, confusion matrix and worst mistakes of one evaluation.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/json.h"
#include "eval/evaluate.h"

namespace hone::train {

struct EvaluationFile {
  int64_t step = 0;
  double epoch = 0;
  const eval::EvaluationResult& result;
  const std::vector<std::string>& labels;  // by id
  // Returns the facts with which a person finds and judges a row: "location", "text" and, for pairs, "text_pair".
  const std::function<Json(uint64_t row)>& describe_row;
};

Json to_json(const EvaluationFile& file);

// Errors: kIo.
void write_evaluation(const std::filesystem::path& output_dir, const EvaluationFile& file);

}  // namespace hone::train
