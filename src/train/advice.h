// Warnings before step 1 about options or rows that probably do not do what the user wants.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "task/features.h"
#include "train/options.h"
#include "train/plan.h"

namespace hone::train {

struct AdviceInputs {
  const TrainOptions& options;
  const Plan& plan;
  const task::Features& train;
  std::vector<std::string> labels;      // by id
  std::vector<uint64_t> rows_of_label;  // in training, by id
  uint64_t max_length = 0;              // length at which rows were truncated
  uint64_t num_special_tokens = 0;      // special tokens of each row
};

// Returns the warnings, each with the relevant numbers and what to do.
std::vector<std::string> advice(const AdviceInputs& inputs);

}  // namespace hone::train
