// Which rows each step of a run takes: the order of row_order.h cut into micro-batches.
#pragma once

#include <cstdint>
#include <vector>

#include "task/features.h"
#include "train/options.h"
#include "train/plan.h"
#include "train/row_order.h"

namespace hone::train {

struct StepRows {
  int64_t step = 0;  // finished ones before it
  std::vector<std::vector<uint64_t>> micro_batches;
  uint64_t num_rows = 0, num_tokens = 0;
};

class StepRowSource {
 public:
  StepRowSource(const TrainOptions& options, const Plan& plan, const task::Features& train);

  // Of any step of the plan; cheapest in their order.
  StepRows rows_of_step(int64_t step);

 private:
  const std::vector<uint64_t>& order_of_epoch(int64_t epoch);

  const Plan& plan_;
  OrderOptions options_;
  std::vector<uint64_t> lengths_;
  std::vector<uint64_t> order_;
  int64_t order_epoch_ = -1;
};

}  // namespace hone::train
