// Steps with micro-batches, steps that are not finite, and results that are read at once or one step later.
#include "train/stepper.h"

#include <doctest/doctest.h>

#include <memory>

#include "expect_error.h"
#include "temporary_folder.h"
#include "train/busy_run.h"
#include "train/train_fixture.h"

using namespace hone;
using namespace hone::train;

namespace {

bool all_finite(const Tensors& tensors) {
  for (const auto& [name, value] : tensors) {
    if (!value.isfinite().all().item<bool>()) return false;
  }
  return true;
}

}  // namespace

namespace {

// A loss is a sum of a few numbers. The norm of all gradients adds the squares of 30,000, each rounded to fp32.
double tolerance_of(const std::string& key) { return key == "epoch" ? 0.5 : key == "grad_norm" ? 2e-6 : 1e-6; }

}  // namespace

TEST_CASE("accumulated micro-batches equal one batch, also with a smaller last one") {
  for (const uint64_t num_rows : {22, 21}) {
    for (const bool group_by_length : {false, true}) {
      INFO(num_rows << " rows, grouped " << group_by_length);
      TrainOptions whole = quiet_options("");
      whole.optim =
          "sgd";  // Adam turns rounding errors in zero gradients, such as those of key biases, into full steps
      whole.learning_rate = 0.1;
      whole.num_train_epochs = 2;
      whole.logging_steps = 1;
      whole.group_by_length = group_by_length;
      whole.label_smoothing_factor = 0.1;
      whole.per_device_train_batch_size = 8;
      TrainOptions pieces = whole;
      pieces.per_device_train_batch_size = 2;
      pieces.gradient_accumulation_steps = 4;
      TinyRun one(whole, made_up_rows(num_rows), false), other(pieces, made_up_rows(num_rows), false);
      one.run();
      other.run();
      CHECK(other.trainer->state().global_step == 6);
      CHECK(largest_difference(one.weights(), other.weights()) < 1e-6);
      for (const char* key : {"loss", "grad_norm", "epoch"}) {
        const auto expected = logged(one.trainer->state(), key), got = logged(other.trainer->state(), key);
        REQUIRE(expected.size() == got.size());
        for (size_t i = 0; i < got.size(); ++i) {
          INFO(std::string(key) << " " << i);
          CHECK(std::abs(got[i] / expected[i] - 1) < tolerance_of(key));
        }
      }
    }
  }
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
