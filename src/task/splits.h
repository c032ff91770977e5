// Chooses the training and the evaluation rows from the files of a data set.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "table/labels.h"
#include "task/options.h"
#include "task/task.h"

namespace hone::task {

struct SplitRequest {
  RowOptions rows;
  SampleOptions sample;
  std::vector<std::string> train_file, validation_file, test_file;  // override the splits of rows.dataset
  // Text files with a target for each line: of train_file, or of rows.dataset if it is a text file; of validation_file.
  std::vector<std::string> target_file = {}, validation_target_file = {};
  std::optional<int64_t> max_train_samples;
  std::string evaluated_by;  // the option that needs evaluation rows; empty: none does
  bool takes_test = false;   // choose test rows for a look at the end
  uint64_t seed = 42;        // decides which rows are held out
};

// The rows of a data set by split: "train", "validation", "test".
using Splits = std::map<std::string, table::Rows>;

// Reads the splits that the request names. Errors: kUsage if it names none; those of `table` for bad files.
Splits read_splits(const SplitRequest& request);

// Errors (kInput): no such split; the hint lists those that there are.
const table::Rows& split_named(const Splits& splits, const std::string& name);

// Returns whether there are test rows, and other rows evaluate the training.
bool leaves_test_rows(const Splits& splits, const SplitRequest& request);

// Takes validation rows if there are any, else held-out ones (validation_split), else the test rows, with a warning.
// Test rows that are left are for a look at the end, if test_file names them or the training is evaluated on others.
// The task adopts the splits. Errors: kUsage without rows to train or to evaluate on; those of the task.
TrainingRows choose_training_rows(const Splits& splits, const SplitRequest& request, Task& task);

// Takes the split of that name; with an empty name, the first that exists of validation, test and train. With
// validation_split: the rows that training with the same seed holds out. The task adopts the split.
table::LabelledSplit choose_evaluation_rows(const Splits& splits, const SplitRequest& request, const std::string& split,
                                            Task& task);

}  // namespace hone::task
