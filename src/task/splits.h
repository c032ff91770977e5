// Chooses the rows that train and those that evaluate from the files of a data set, as the options say.
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
  uint64_t seed = 42;          // decides which rows are held out
  table::LabelSources labels;  // given names, and those of the model
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

// Takes validation rows if there are any, else held-out ones (validation_split), else the test rows, with a warning.
// Logs what was skipped and how labels became ids. Errors: kUsage without rows to train or to evaluate on; kInput for
// rows of one class only; those of `table` for bad files.
TrainingRows choose_training_rows(const SplitRequest& request);

struct EvaluationRows {
  table::Rows rows;
  std::string name;  // of the split
  table::TextColumns text_columns;
  std::string label_column;
  table::LabelMap labels;  // decided from all rows above
};

// Takes the split of that name; with an empty name, the first that exists of validation, test and train. With
// validation_split: the rows that training with the same seed holds out. request.labels.names are the model's.
EvaluationRows choose_evaluation_rows(const SplitRequest& request, const std::string& split);

}  // namespace hone::task
