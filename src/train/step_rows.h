// The rows of each step: the order of row_order.h or that of the examples, divided into micro-batches.
#pragma once

#include <cstdint>
#include <vector>

#include "task/task.h"
#include "task/text_blocks.h"
#include "train/plan.h"
#include "train/row_order.h"

namespace hone::train {

struct StepRows {
  int64_t step = 0;  // finished steps before it
  std::vector<std::vector<uint64_t>> micro_batches;
  uint64_t num_rows = 0, num_tokens = 0;
};

class StepRowSource {
 public:
  // `plan` must outlive the object.
  StepRowSource(const Plan& plan, const task::Examples& train);
  StepRowSource(const StepRowSource&) = delete;  // its order refers to its lengths
  StepRowSource& operator=(const StepRowSource&) = delete;

  // Returns the rows of any step of the plan. Consecutive steps are cheapest.
  StepRows rows_of_step(int64_t step);

 private:
  // Returns rows [begin, end) of an epoch's order.
  std::vector<uint64_t> rows_of_epoch(int64_t epoch, int64_t begin, int64_t end);

  const Plan& plan_;
  const task::Examples& examples_;
  const task::OwnOrder* own_order_;
  std::vector<uint64_t> lengths_;  // empty with an own order
  RowOrder order_;
};

}  // namespace hone::train
