// The order of the epoch under way is kept: it is drawn once.
#include "train/step_rows.h"

#include <algorithm>

namespace hone::train {

StepRowSource::StepRowSource(const TrainOptions& options, const Plan& plan, const task::Features& train)
    : plan_(plan),
      options_{options.seed, options.data_seed.value_or(options.seed), options.group_by_length,
               static_cast<uint64_t>(plan.batch_size * plan.accumulation)} {
  lengths_.reserve(train.size());
  for (uint64_t row = 0; row < train.size(); ++row) lengths_.push_back(train.length(row));
}

StepRows StepRowSource::rows_of_step(int64_t step) {
  const std::vector<uint64_t>& order = order_of_epoch(step / plan_.steps_per_epoch);
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

const std::vector<uint64_t>& StepRowSource::order_of_epoch(int64_t epoch) {
  if (order_epoch_ != epoch) {
    std::vector<int64_t> evaluations;
    evaluations.reserve(static_cast<size_t>(epoch));
    for (int64_t past = 0; past < epoch; ++past) {
      evaluations.push_back(
          plan_.evaluations_between(past * plan_.steps_per_epoch, (past + 1) * plan_.steps_per_epoch));
    }
    order_ = epoch_order(options_, lengths_, epoch, evaluations);
    order_epoch_ = epoch;
  }
  return order_;
}

}  // namespace hone::train
