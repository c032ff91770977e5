// Chooses the training and the evaluation rows from the files of a data set.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "table/columns.h"
#include "table/labels.h"
#include "table/rows.h"
#include "task/options.h"

namespace hone::task {

struct SplitRequest {
  RowOptions rows;
  SampleOptions sample;
  std::vector<std::string> train_file, validation_file, test_file;  // override the splits of rows.dataset
  std::optional<int64_t> max_train_samples;
  bool needs_evaluation = false;
  uint64_t seed = 42;          // draws the held-out rows
  table::LabelSources labels;  // the user's names, and those of the model
};

struct TrainingRows {
  table::Rows all_train;  // before max_train_samples
  table::Rows train;
  std::optional<table::Rows> evaluation;
  std::string evaluation_name;  // "validation", "held-out" or "test"
  table::TextColumns text_columns;
  std::string label_column;
  table::LabelMap labels;  // decided from all rows above
};

// Evaluates on the validation rows if there are any, else on held-out rows (validation_split), else on the test rows,
// with a warning. Logs the skipped rows and the mapping of labels to ids. Errors: kUsage if there are no rows to train
// or to evaluate on; kInput if all rows have the same class; those of `table` for malformed files.
TrainingRows choose_training_rows(const SplitRequest& request);

struct EvaluationRows {
  table::Rows rows;
  std::string name;  // of the split
  table::TextColumns text_columns;
  std::string label_column;
  table::LabelMap labels;  // decided from all rows above
};

// Returns the split of that name; if the name is empty, the first that exists of validation, test and train. With
// validation_split, returns the rows that training with the same seed holds out. request.labels.names are those of the
// model.
EvaluationRows choose_evaluation_rows(const SplitRequest& request, const std::string& split);

}  // namespace hone::task
