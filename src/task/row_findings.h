// Finds unusual rows that the user probably does not want: repeated rows, contradictory labels, evaluation rows among
// the training rows, a dominant class, exchanged columns.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "task/splits.h"

namespace hone::task {

// Returns one sentence for each finding, with counts and the first location. `labels` holds the class of each row of
// rows.train. Takes time and memory in proportion to the number of rows.
std::vector<std::string> row_findings(const TrainingRows& rows, std::span<const int64_t> labels);

}  // namespace hone::task
