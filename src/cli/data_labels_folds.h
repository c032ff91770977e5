// Trains a model for each fold of the rows on the other folds, and predicts the fold with it.
#pragma once

#include <filesystem>
#include <optional>

#include "cli/data_labels_options.h"
#include "data/label_issues.h"
#include "data/labelled_rows.h"

namespace hone::cli {

// Returns the probabilities [N, K] of rows.numbers, or nullopt if an interrupt stopped a training. `work_dir` keeps
// what is finished, and a later call with the same rows, model and options continues there. Errors: kUsage if the
// folder holds folds of other rows or options, or something else; those of training and loading.
std::optional<data::ClassProbabilities> out_of_fold_probabilities(const data::LabelledRows& rows,
                                                                  const DataLabelsOptions& options,
                                                                  const std::filesystem::path& work_dir);

}  // namespace hone::cli
