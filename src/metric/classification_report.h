// The report of rows with one label each: every metric, scores by label, the confusion matrix, and curves.
#pragma once

#include <string>
#include <vector>

#include "metric/class_scores.h"
#include "metric/report.h"

namespace hone::metric {

// The caller adds loss, rows and targets. `labels` by id. The curves have a line for each label, of more than ten
// labels for the ten with the most rows; of two labels only for the second.
Report classification_report(const ClassScores& scores, const std::vector<std::string>& labels);

}  // namespace hone::metric
