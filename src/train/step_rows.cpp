#include "train/step_rows.h"

#include <algorithm>

namespace hone::train {

namespace {

// The order of the trainer needs all lengths; that of the examples is computed.
std::vector<uint64_t> lengths_of(const task::Examples& examples) {
  std::vector<uint64_t> lengths;
  if (examples.own_order() != nullptr) return lengths;
  lengths.reserve(examples.size());
  for (uint64_t row = 0; row < examples.size(); ++row) lengths.push_back(examples.length(row));
  return lengths;
}

}  // namespace

StepRowSource::StepRowSource(const Plan& plan, const task::Examples& train)
    : plan_(plan),
      examples_(train),
      own_order_(train.own_order()),
      lengths_(lengths_of(train)),
      order_(plan.order, lengths_, [&plan](int64_t epoch) {
        return plan.evaluations_between(epoch * plan.steps_per_epoch, (epoch + 1) * plan.steps_per_epoch);
      }) {}

std::vector<uint64_t> StepRowSource::rows_of_epoch(int64_t epoch, int64_t begin, int64_t end) {
  if (own_order_ == nullptr) {
    const std::vector<uint64_t>& order = order_.of_epoch(epoch);
    return {order.begin() + begin, order.begin() + end};
  }
  std::vector<uint64_t> rows;
  const auto first = static_cast<uint64_t>(epoch * plan_.num_rows);
  for (int64_t i = begin; i < end; ++i) rows.push_back(own_order_->row_at(first + static_cast<uint64_t>(i)));
  return rows;
}

StepRows StepRowSource::rows_of_step(int64_t step) {
  StepRows rows{.step = step};
  const int64_t first = step % plan_.steps_per_epoch * plan_.accumulation;
  const int64_t last = std::min(first + plan_.accumulation, plan_.batches_per_epoch);
  for (int64_t batch = first; batch < last; ++batch) {
    rows.micro_batches.push_back(rows_of_epoch(step / plan_.steps_per_epoch, batch * plan_.batch_size,
                                               std::min((batch + 1) * plan_.batch_size, plan_.num_rows)));
    rows.num_rows += rows.micro_batches.back().size();
    for (const uint64_t row : rows.micro_batches.back()) rows.num_tokens += examples_.length(row);
  }
  return rows;
}

}  // namespace hone::train
