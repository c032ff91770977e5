// Trains a model for each fold of the rows on the other folds, and predicts the fold with it.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "cli/data_labels_options.h"
#include "data/label_issues.h"
#include "data/labelled_rows.h"

namespace hone::cli {

struct OutOfFold {
  data::ClassProbabilities probabilities;  // [N, K] of rows.numbers, by the model that did not see the row
  // [N]: the margin of each row, averaged over the epochs of the models that were trained on it; NaN if it has none.
  // Empty if a fold of an earlier call has none, and the ranking does not need them.
  std::vector<double> margins;
};

// Returns nullopt if an interrupt stopped a training. `work_dir` keeps
// what is finished, and a later call with the same rows, model and options continues there. Errors: kUsage if the
// folder holds folds of other rows or options, or something else; those of training and loading.
std::optional<OutOfFold> predict_out_of_fold(const data::LabelledRows& rows, const DataLabelsOptions& options,
                                             const std::filesystem::path& work_dir);

}  // namespace hone::cli
