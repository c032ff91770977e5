// What `hone eval` prints: a table for people, JSON for programs.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "eval/evaluate.h"

namespace hone::eval {

// Metrics, scores by label and the confusion matrix (rows are the true labels), as aligned text.
std::string report_text(const EvaluationResult& result, const std::vector<std::string>& labels);

// "loss", every metric, "per_label", "confusion_matrix", "labels", "rows", "runtime". The caller includes
// <nlohmann/json.hpp>.
Json report_json(const EvaluationResult& result, const std::vector<std::string>& labels);

}  // namespace hone::eval
