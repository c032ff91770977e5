// What is said before step 1: settings and rows that make a run other than its owner thinks.
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
  uint64_t max_length = 0;              // that rows were cut at
  uint64_t num_special_tokens = 0;      // of a row
};

// One sentence each, with the numbers that matter and what to do.
std::vector<std::string> advice(const AdviceInputs& inputs);

}  // namespace hone::train
