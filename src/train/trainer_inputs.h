// What a run of training is given beside its options and its plan.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "model/sequence_classifier.h"
#include "task/features.h"
#include "task/tasks.h"
#include "train/run_observer.h"

namespace hone::train {

struct TrainerInputs {
  std::shared_ptr<model::SequenceClassifier> model;
  const task::Features* train = nullptr;
  const task::Features* evaluation = nullptr;  // may be null where the plan does not evaluate
  const task::Task* task = nullptr;
  // Where a training row comes from, for messages: "train.csv:17".
  std::function<std::string(uint64_t row)> row_location;
  std::function<std::string(uint64_t row)> evaluation_row_location;  // of an evaluation row; may be empty
  // Writes what a checkpoint holds beside weights, optimizer and state: config, tokenizer, options.
  std::function<void(const std::filesystem::path& folder)> save_model;
  RunObserver* observer = nullptr;  // may be null
  // Whether results are read a step later, as it is done always where the model is not on the processor.
  bool defers_results = false;
};

}  // namespace hone::train
