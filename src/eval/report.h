// Formats the output of `hone eval`: a table for people, JSON for programs.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "eval/evaluate.h"

namespace hone::eval {

// With more labels than this, confusion_json lists only the cells that are not 0.
inline constexpr int64_t kMaxDenseLabels = 100;

// Returns [[row of counts], ...] with a row for each true label and a column for each predicted one; with more than
// kMaxDenseLabels labels {"cells": [[label, predicted, count], ...]}, ids counted from 0. The caller includes
// <nlohmann/json.hpp>.
Json confusion_json(const ConfusionMatrix& matrix);

// Returns metrics, scores by label and the confusion matrix (rows are the true labels) as aligned text.
std::string report_text(const EvaluationResult& result, const std::vector<std::string>& labels);

// Returns an object with "rows", "loss", every metric, "labels", "per_label", "confusion_matrix", "runtime". The caller
// includes <nlohmann/json.hpp>.
Json report_json(const EvaluationResult& result, const std::vector<std::string>& labels);

}  // namespace hone::eval
