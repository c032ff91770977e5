// Reads class probabilities that another program or `hone predict` has written.
#pragma once

#include <filesystem>

#include "data/label_issues.h"
#include "data/labelled_rows.h"

namespace hone::data {

// Reads the probabilities of the rows [N, K], in the order of rows.numbers. The file has a row for each row of the
// input files, also for those without a label. A .npy file has a column for each class, in the order of rows.classes. A
// file of rows has a column for each class: "score_CLASS", as `hone predict` writes csv, or "CLASS"; or a column
// "scores" of objects, as it writes jsonl. Errors (kInput): another number of rows or columns, a class without a
// column, a value that is no probability.
ClassProbabilities read_probabilities(const std::filesystem::path& path, const LabelledRows& rows);

}  // namespace hone::data
