// Warnings before step 1 about options that probably do not do what the user wants. Those about rows and targets are
// the task's (Task::findings, Examples::findings).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "task/task.h"
#include "train/options.h"
#include "train/plan.h"

namespace hone::train {

struct AdviceInputs {
  const TrainOptions& options;
  const Plan& plan;
  const task::Examples& train;
  uint64_t max_length = 0;       // at which rows were truncated
  bool is_from_scratch = false;  // all weights were drawn
};

// Returns the warnings, each with the relevant numbers and what to do.
std::vector<std::string> advice(const AdviceInputs& inputs);

}  // namespace hone::train
