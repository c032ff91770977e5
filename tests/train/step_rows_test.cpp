#include "train/step_rows.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "train/train_fixture.h"

namespace step_rows_test {

using namespace hone;
using namespace hone::train;

// 22 rows in micro-batches of 4, two per step: 3 steps per epoch, of 8, 8 and 6 rows.
TrainOptions options_of_22_rows() {
  TrainOptions options = quiet_options("");
  options.gradient_accumulation_steps = 2;
  options.num_train_epochs = 2;
  return options;
}

std::vector<uint64_t> joined(const StepRows& rows) {
  std::vector<uint64_t> all;
  for (const auto& batch : rows.micro_batches) all.insert(all.end(), batch.begin(), batch.end());
  return all;
}

TEST_CASE("the steps of an epoch are its order, divided into micro-batches") {
  const auto train = examples_of(made_up_rows(22));
  const TrainOptions options = options_of_22_rows();
  const Plan plan = plan_of(options, 22);
  std::vector<uint64_t> lengths;
  for (uint64_t row = 0; row < 22; ++row) lengths.push_back(train->length(row));
  StepRowSource source(plan, *train);
  RowOrder orders({options.seed, options.seed, false, 8}, lengths, [](int64_t) { return int64_t{0}; });
  const std::vector<std::vector<size_t>> sizes = {{4, 4}, {4, 4}, {4, 2}};
  for (const int64_t epoch : {0, 1}) {
    std::vector<uint64_t> order;
    for (int64_t step = 0; step < 3; ++step) {
      const StepRows rows = source.rows_of_step(3 * epoch + step);
      CHECK(rows.step == 3 * epoch + step);
      REQUIRE(rows.micro_batches.size() == 2);
      uint64_t tokens = 0;
      for (size_t i = 0; i < 2; ++i) {
        CHECK(rows.micro_batches[i].size() == sizes[static_cast<size_t>(step)][i]);
        for (const uint64_t row : rows.micro_batches[i]) tokens += lengths[row];
      }
      CHECK(rows.num_rows == joined(rows).size());
      CHECK(rows.num_tokens == tokens);
      for (const uint64_t row : joined(rows)) order.push_back(row);
    }
    CHECK(order == orders.of_epoch(epoch));
  }
}

TEST_CASE("a step's rows are the same whichever step was asked for before") {
  const auto train = examples_of(made_up_rows(22));
  TrainOptions options = options_of_22_rows();
  options.group_by_length = true;
  const Plan plan = plan_of(options, 22);
  StepRowSource in_order(plan, *train);
  std::vector<std::vector<uint64_t>> expected;
  for (int64_t step = 0; step < plan.total_steps; ++step) expected.push_back(joined(in_order.rows_of_step(step)));
  StepRowSource backwards(plan, *train);
  for (int64_t step = plan.total_steps; step-- > 0;) {
    CHECK(joined(backwards.rows_of_step(step)) == expected[static_cast<size_t>(step)]);
  }
}

TEST_CASE("a smaller last batch that is dropped is in no step") {
  const auto train = examples_of(made_up_rows(22));
  TrainOptions options = options_of_22_rows();
  options.dataloader_drop_last = true;
  const Plan plan = plan_of(options, 22);
  StepRowSource source(plan, *train);
  uint64_t rows = 0;
  for (int64_t step = 0; step < plan.steps_per_epoch; ++step) {
    for (const auto& batch : source.rows_of_step(step).micro_batches) CHECK(batch.size() == 4);
    rows += source.rows_of_step(step).num_rows;
  }
  CHECK(rows == 20);
}

}  // namespace step_rows_test
