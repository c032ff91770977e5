// The inputs of the loop, besides its plan.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "model/model.h"
#include "task/task.h"
#include "train/names.h"
#include "train/run_observer.h"

namespace hone::train {

struct TrainerInputs {
  std::shared_ptr<model::Model> model;
  const task::Examples* train = nullptr;
  const task::Examples* evaluation = nullptr;  // may be null if the plan does not evaluate
  // Writes the model's own files into a checkpoint: weights, config, tokenizer, options.
  std::function<void(const std::filesystem::path& folder)> save_model;
  // Gives the model the weights that save_model wrote. Null: all of model.safetensors.
  std::function<void(const std::filesystem::path& folder)> restore_model;
  // Called before each step with the number of finished steps. Returns true if other parameters are trained from now
  // on. May be null.
  std::function<bool(int64_t finished_steps)> unfreeze;
  std::filesystem::path output_dir;  // of the checkpoints
  std::filesystem::path json_log;    // may be empty
  std::string log_style{kLogSteps};
  RunObserver* observer = nullptr;  // may be null
  // Whether to read the result of a step after the next one has begun. Always true if the model is on a GPU.
  bool defers_results = false;
};

}  // namespace hone::train
