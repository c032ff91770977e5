#include "train/step_rows.h"

#include <algorithm>

namespace hone::train {

namespace {

std::vector<uint64_t> lengths_of(const task::Examples& examples) {
  std::vector<uint64_t> lengths;
  lengths.reserve(examples.size());
  for (uint64_t row = 0; row < examples.size(); ++row) lengths.push_back(examples.length(row));
  return lengths;
}

}  // namespace

StepRowSource::StepRowSource(const Plan& plan, const task::Examples& train)
    : plan_(plan), lengths_(lengths_of(train)), order_(plan.order, lengths_, [&plan](int64_t epoch) {
        return plan.evaluations_between(epoch * plan.steps_per_epoch, (epoch + 1) * plan.steps_per_epoch);
      }) {}

StepRows StepRowSource::rows_of_step(int64_t step) {
  const std::vector<uint64_t>& order = order_.of_epoch(step / plan_.steps_per_epoch);
  StepRows rows{.step = step};
  const int64_t first = step % plan_.steps_per_epoch * plan_.accumulation;
  const int64_t last = std::min(first + plan_.accumulation, plan_.batches_per_epoch);
  for (int64_t batch = first; batch < last; ++batch) {
    const auto begin = order.begin() + batch * plan_.batch_size;
    const auto end = order.begin() + std::min((batch + 1) * plan_.batch_size, plan_.num_rows);
    rows.micro_batches.emplace_back(begin, end);
    rows.num_rows += static_cast<uint64_t>(end - begin);
    for (auto row = begin; row != end; ++row) rows.num_tokens += lengths_[*row];
  }
  return rows;
}

}  // namespace hone::train
