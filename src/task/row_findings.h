// Finds unusual rows that the user probably does not want: repeated rows, contradictory labels, evaluation rows among
// the training rows, a dominant class, exchanged columns.
#pragma once

#include <string>
#include <vector>

#include "table/columns.h"
#include "table/labels.h"
#include "task/task.h"

namespace hone::task {

// One sentence for each finding, with counts and the first place. Takes time and memory in proportion to the number of
// rows.
std::vector<std::string> row_findings(const TrainingRows& rows, const table::TextColumns& columns,
                                      const std::string& label_column, const table::LabelMap& labels);

// Those that concern the texts alone: repeated texts, and texts of evaluation rows among the training rows.
std::vector<std::string> row_text_findings(const TrainingRows& rows, const table::TextColumns& columns);

}  // namespace hone::task
