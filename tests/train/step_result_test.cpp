#include "train/step_result.h"

#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include <limits>
#include <memory>

#include "expect_error.h"
#include "temporary_folder.h"
#include "train/busy_run.h"
#include "train/train_fixture.h"

using namespace hone;
using namespace hone::train;

TEST_CASE("a deferred result is what was computed, as it was then") {
  const at::Tensor loss = at::full({}, 0.25, at::kFloat), norm = at::full({}, 1.5, at::kDouble);
  const DeferredResult result(loss, norm);
  loss.fill_(7);
  CHECK(result.read().loss == 0.25);
  CHECK(result.read().grad_norm == 1.5);
}

TEST_CASE("a result is finite where both of its values are") {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  CHECK(StepResult{0.5, 2}.is_finite());
  CHECK_FALSE(StepResult{kNan, 2}.is_finite());
  CHECK_FALSE(StepResult{0.5, kInfinity}.is_finite());
}

TEST_CASE("results that are read a step later are the same, and so are weights and checkpoints") {
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
    // Softmax does not see a bias of the keys: its gradient is 0 but for rounding, which Adam takes to full size.
    if (name.ends_with("key.bias")) continue;
    CAPTURE(name);
    CHECK((weights.at(name) - value).abs().max().item<double>() < 1e-5);
  }
  CHECK(newest_whole_checkpoint(folders[0].path())->step == newest_whole_checkpoint(folders[1].path())->step);
}

TEST_CASE("a step that is not finite changes nothing either where results are read a step later") {
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
  CHECK(contains(error.what(), "first bad tensor: the loss; rows: rows.csv:"));
}
