// Expected orders come from transformers' Trainer (tests/fixtures/make_train_fixtures.py).
#include "train/row_order.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>

#include "train/json_fixture.h"
#include "train/plan_fixture.h"

namespace row_order_test {

using namespace hone;
using namespace hone::train;

// Returns the number of evaluations in each epoch, as in the plan of the same options.
std::vector<int64_t> evaluations(const Json& expected, int64_t num_epochs) {
  TrainOptions options;
  options.num_train_epochs = static_cast<double>(num_epochs);
  options.per_device_train_batch_size = expected["batch_size"];
  options.gradient_accumulation_steps = expected["gradient_accumulation_steps"];
  options.eval_strategy = expected["eval_strategy"].get<std::string>();
  options.eval_steps = expected["eval_steps"].get<double>();
  const Plan plan = plan_of(options, static_cast<int64_t>(expected["lengths"].size()));
  std::vector<int64_t> counts;
  for (int64_t epoch = 0; epoch < num_epochs; ++epoch) {
    counts.push_back(plan.evaluations_between(epoch * plan.steps_per_epoch, (epoch + 1) * plan.steps_per_epoch));
  }
  return counts;
}

OrderOptions order_options(const Json& expected) {
  OrderOptions options;
  options.seed = expected["seed"];
  options.data_seed = expected["data_seed"].is_null() ? options.seed : expected["data_seed"].get<uint64_t>();
  options.group_by_length = expected["group_by_length"];
  options.rows_per_step =
      expected["batch_size"].get<uint64_t>() * expected["gradient_accumulation_steps"].get<uint64_t>();
  return options;
}

int64_t none(int64_t) { return 0; }

TEST_CASE("the order of rows equals that of transformers' Trainer in every epoch") {
  int grouped = 0;
  const Json cases = train_fixture("orders.json");
  for (const Json& expected : cases) {
    const auto lengths = expected["lengths"].get<std::vector<uint64_t>>();
    const auto num_epochs = static_cast<int64_t>(expected["epochs"].size());
    const auto counts = evaluations(expected, num_epochs);
    const auto in_epoch = [&](int64_t epoch) { return counts[static_cast<size_t>(epoch)]; };
    RowOrder in_turn(order_options(expected), lengths, in_epoch);
    for (int64_t epoch = 0; epoch < num_epochs; ++epoch) {
      INFO(lengths.size() << " rows, seed " << expected["seed"] << ", data_seed " << expected["data_seed"]
                          << ", evaluation " << expected["eval_strategy"].get<std::string>() << ", grouped "
                          << expected["group_by_length"] << ", epoch " << epoch);
      const auto order = expected["epochs"][static_cast<size_t>(epoch)].get<std::vector<uint64_t>>();
      CHECK(in_turn.of_epoch(epoch) == order);
      CHECK(RowOrder(order_options(expected), lengths, in_epoch).of_epoch(epoch) == order);  // as in a resumed run
    }
    grouped += expected["group_by_length"].get<bool>();
  }
  CHECK(grouped >= 5);
  CHECK(static_cast<int>(cases.size()) - grouped >= 5);
}

TEST_CASE("an epoch's order does not depend on earlier requests") {
  const std::vector<uint64_t> lengths = {5, 9, 2, 7, 7, 1, 30, 4, 4, 12, 3};
  for (const bool group_by_length : {false, true}) {
    const OrderOptions options = {.group_by_length = group_by_length, .rows_per_step = 2};
    const auto one = [](int64_t) { return int64_t{1}; };
    RowOrder orders(options, lengths, one);
    std::vector<std::vector<uint64_t>> expected;
    for (int64_t epoch = 0; epoch < 6; ++epoch) expected.push_back(RowOrder(options, lengths, one).of_epoch(epoch));
    for (const int64_t epoch : {3, 3, 1, 2, 5, 0, 4}) {
      INFO("epoch " << epoch);
      CHECK(orders.of_epoch(epoch) == expected[static_cast<size_t>(epoch)]);
    }
  }
}

TEST_CASE("the next epoch takes the draws of one epoch, not those of all earlier ones") {
  constexpr int64_t kEpochs = 200;
  const std::vector<uint64_t> lengths(50, 3);
  int64_t num_asked = 0;
  RowOrder orders({.group_by_length = true}, lengths, [&](int64_t) { return ++num_asked, int64_t{0}; });
  for (int64_t epoch = 0; epoch < kEpochs; ++epoch) orders.of_epoch(epoch);
  CHECK(num_asked == kEpochs);
}

TEST_CASE("every epoch has every row once, in a different order") {
  const std::vector<uint64_t> lengths = {5, 9, 2, 7, 7, 1, 30, 4, 4, 12, 3};
  for (const bool group_by_length : {false, true}) {
    RowOrder orders({.group_by_length = group_by_length, .rows_per_step = 2}, lengths, none);
    const auto first = orders.of_epoch(0), second = orders.of_epoch(1);
    CHECK(first != second);
    for (auto order : {first, second}) {
      if (group_by_length) CHECK(order[0] == 6);  // the longest row comes first
      std::sort(order.begin(), order.end());
      std::vector<uint64_t> all(lengths.size());
      std::iota(all.begin(), all.end(), uint64_t{0});
      CHECK(order == all);
    }
  }
}

TEST_CASE("without rows the order is empty") {
  CHECK(RowOrder({}, {}, none).of_epoch(0).empty());
  CHECK(RowOrder({.group_by_length = true}, {}, none).of_epoch(0).empty());
}

}  // namespace row_order_test
