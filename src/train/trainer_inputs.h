// The inputs of the loop, besides its plan.
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
  const task::Features* evaluation = nullptr;  // may be null if the plan does not evaluate
  const task::Task* task = nullptr;
  // Names a training row in messages, such as "train.csv:17".
  std::function<std::string(uint64_t row)> row_location;
  std::function<std::string(uint64_t row)> evaluation_row_location;  // of an evaluation row; may be empty
  // Writes the model's own files into a checkpoint: weights, config, tokenizer, options.
  std::function<void(const std::filesystem::path& folder)> save_model;
  std::filesystem::path output_dir;  // of the checkpoints
  std::filesystem::path json_log;    // may be empty
  RunObserver* observer = nullptr;   // may be null
  // Whether to read the result of a step after the next one has begun. Always true if the model is on a GPU.
  bool defers_results = false;
};

}  // namespace hone::train
