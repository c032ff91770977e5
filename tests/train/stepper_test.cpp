// Steps with micro-batches, steps that are not finite, and results that are read at once or one step later.
#include "train/stepper.h"

#include <doctest/doctest.h>

#include <memory>

#include "expect_error.h"
#include "temporary_folder.h"
#include "train/busy_run.h"
#include "train/train_fixture.h"

namespace stepper_test {

using namespace hone;
using namespace hone::train;

bool all_finite(const Tensors& tensors) {
  for (const auto& [name, value] : tensors) {
    if (!value.isfinite().all().item<bool>()) return false;
  }
  return true;
}

// Two runs of the same steps of 8 rows: as one batch each, and as micro-batches of 2.
struct Divided {
  TinyRun whole, pieces;

  Divided(TrainOptions options, const task::ClassifiedTexts& rows)
      : whole(with_batches(options, 8, 1), rows, false), pieces(with_batches(options, 2, 4), rows, false) {
    whole.run();
    pieces.run();
  }

  double largest_relative_difference(const char* key) const {
    const auto expected = logged(whole.trainer->state(), key), got = logged(pieces.trainer->state(), key);
    REQUIRE(expected.size() == 6);
    REQUIRE(got.size() == 6);
    double largest = 0;
    for (size_t i = 0; i < got.size(); ++i) largest = std::max(largest, std::abs(got[i] / expected[i] - 1));
    return largest;
  }

 private:
  static TrainOptions with_batches(TrainOptions options, int64_t batch_size, int64_t accumulation) {
    options.per_device_train_batch_size = batch_size;
    options.gradient_accumulation_steps = accumulation;
    return options;
  }
};

TrainOptions options_of_steps(double learning_rate, bool group_by_length = false) {
  TrainOptions options = quiet_options("");
  options.optim = "sgd";  // Adam turns rounding errors in zero gradients, such as those of key biases, into full steps
  options.learning_rate = learning_rate;
  options.num_train_epochs = 2;
  options.logging_steps = 1;
  options.group_by_length = group_by_length;
  options.label_smoothing_factor = 0.1;
  return options;
}

void check_same_training(const Divided& runs) {
  CHECK(runs.pieces.trainer->state().global_step == 6);
  CHECK(largest_difference(runs.whole.weights(), runs.pieces.weights()) < 1e-6);
  CHECK(runs.largest_relative_difference("loss") < 1e-6);
}

TEST_CASE("accumulated micro-batches equal one batch, also with a smaller last one") {
  for (const uint64_t num_rows : {22, 21}) {
    for (const bool group_by_length : {false, true}) {
      INFO(num_rows << " rows, grouped " << group_by_length);
      check_same_training({options_of_steps(0.1, group_by_length), made_up_rows(num_rows)});
    }
  }
}

TEST_CASE("accumulated micro-batches equal one batch with class weights and focal loss too") {
  task::ClassifiedTexts rows = made_up_rows(21);
  rows.loss.weights = {0.25, 1.5, 4};
  check_same_training({options_of_steps(0.1), rows});
  rows.loss.focal_gamma = 2;
  check_same_training({options_of_steps(0.1), rows});
}

TEST_CASE("the gradient norm of a step does not depend on its division into micro-batches") {
  // Without updates every step begins with equal weights: the norms differ only by the rounding of their own sums.
  const Divided runs(options_of_steps(0), made_up_rows(21));
  CHECK(runs.largest_relative_difference("grad_norm") < 1e-6);
}

TEST_CASE(
    "a step that is not finite changes only the count, and three of them end the run with an error that names them") {
  const TemporaryFolder folder;
  TrainOptions options = quiet_options(folder.path());
  options.learning_rate = 1e37;  // after step 1 the weights have this size, and sums of their products overflow
  options.lr_scheduler_type = "constant";
  options.logging_steps = 1;
  options.save_strategy = "steps";
  options.save_steps = 1;
  {
    TrainOptions first = options;
    first.stop_after_steps = 2;
    TinyRun run(first, made_up_rows(40));
    CHECK(run.run() == RunEnd::kStoppedAfterSteps);
    REQUIRE(run.trainer->state().num_nonfinite_steps == 1);
    CHECK(run.trainer->state().log_history[1]["loss"].is_null());
    CHECK(same_bits(run.saved(1, "model.safetensors"), run.saved(2, "model.safetensors")));
    CHECK(same_bits(run.saved(1, kOptimizerFile), run.saved(2, kOptimizerFile)));
  }
  TinyRun run(options, made_up_rows(40));
  const Error error = expect_error([&] { run.resume(2); });
  CHECK(error.kind() == ErrorKind::kInput);
  CHECK(contains(error.what(), "stopped after 3 steps with a non-finite loss or gradient; the last was step 4: "));
  CHECK(contains(error.what(), "first bad tensor: "));
  const std::vector<uint64_t> lengths(40);
  const auto order = RowOrder({}, lengths, [](int64_t) { return int64_t{0}; }).of_epoch(0);
  CHECK(contains(error.what(), fmt::format("rows: row {}, row {}, ", order[12], order[13])));
  CHECK(contains(error.hint(), "lower --learning-rate"));
  CHECK(same_bits(run.weights(), run.saved(1, "model.safetensors")));
  CHECK(list_checkpoints(folder.path()).size() == 3);
  for (const CheckpointFolder& checkpoint : list_checkpoints(folder.path())) {
    CHECK(all_finite(read_tensors(checkpoint.path / "model.safetensors")));
    CHECK(all_finite(read_tensors(checkpoint.path / kOptimizerFile)));
  }
}

TEST_CASE("infinite weights are never saved") {
  const TemporaryFolder folder;
  TrainOptions options = quiet_options(folder.path());
  options.learning_rate = 1e38;  // Adam's first step divides it by 1 - beta1 = 0.1, which overflows
  options.save_strategy = "steps";
  options.save_steps = 1;
  TinyRun run(options, made_up_rows(40));
  const Error error = expect_error([&] { run.run(); });
  CHECK(error.kind() == ErrorKind::kInput);
  CHECK(contains(error.what(), "stopped at step 1: weight "));
  CHECK(contains(error.hint(), "lower --learning-rate"));
  CHECK(list_checkpoints(folder.path()).empty());
  options.save_strategy = "no";
  options.max_steps = 1;
  TinyRun short_run(options, made_up_rows(40));
  CHECK(contains(expect_error([&] { short_run.run(); }).what(), "stopped at step 1: weight "));
}

TEST_CASE("reading results one step later changes neither results nor weights nor checkpoints") {
  TrainOptions options = busy_options("");
  const TemporaryFolder folders[2];
  std::vector<std::unique_ptr<TinyRun>> runs;
  for (const bool defers : {false, true}) {
    options.output_dir = folders[runs.size()].path();
    runs.push_back(std::make_unique<TinyRun>(options, made_up_rows(22), true, "bert", nullptr, defers));
    CHECK(runs.back()->run() == RunEnd::kFinished);
  }
  const RunState &at_once = runs[0]->trainer->state(), &later = runs[1]->trainer->state();
  CHECK(later.log_history.size() == at_once.log_history.size());
  for (const char* key : {"loss", "grad_norm", "learning_rate", "eval_loss", "train_loss"}) {
    const std::vector<double> expected = logged(at_once, key), values = logged(later, key);
    REQUIRE(values.size() == expected.size());
    for (size_t i = 0; i < values.size(); ++i) CHECK(values[i] == doctest::Approx(expected[i]).epsilon(1e-5));
  }
  const Tensors expected = runs[0]->weights(), weights = runs[1]->weights();
  for (const auto& [name, value] : expected) {
    // The softmax cancels a bias of the keys. Its gradient is 0 up to rounding, which Adam turns into full steps.
    if (name.ends_with("key.bias")) continue;
    CAPTURE(name);
    CHECK((weights.at(name) - value).abs().max().item<double>() < 1e-5);
  }
  CHECK(newest_whole_checkpoint(folders[0].path())->step == newest_whole_checkpoint(folders[1].path())->step);
}

TEST_CASE("a step that is not finite changes nothing, also if results are read one step later") {
  const TemporaryFolder folder;
  TrainOptions options = quiet_options(folder.path());
  options.learning_rate = 1e37;
  options.lr_scheduler_type = "constant";
  options.max_steps = 3;
  options.save_strategy = "steps";
  options.save_steps = 1;
  {
    TrainOptions first = options;
    first.stop_after_steps = 2;
    TinyRun run(first, made_up_rows(40), true, "bert", nullptr, true);
    CHECK(run.run() == RunEnd::kStoppedAfterSteps);
    CHECK(run.trainer->state().num_nonfinite_steps == 1);
    CHECK(same_bits(run.saved(1, "model.safetensors"), run.saved(2, "model.safetensors")));
    CHECK(same_bits(run.saved(1, kOptimizerFile), run.saved(2, kOptimizerFile)));
  }
  options.max_steps = 10;
  options.save_strategy = "no";
  TinyRun run(options, made_up_rows(40), true, "bert", nullptr, true);
  const Error error = expect_error([&] { run.resume(2); });
  CHECK(contains(error.what(), "stopped after 3 steps with a non-finite loss or gradient; the last was step 4: "));
  CHECK(contains(error.what(), "first bad tensor: the loss; rows: row "));
}

}  // namespace stepper_test
