#include "train/describe.h"

#include <doctest/doctest.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <sstream>

#include "expect_error.h"
#include "temporary_folder.h"
#include "train/train_fixture.h"

namespace describe_test {

using namespace hone;
using namespace hone::train;

TrainOptions options_of(const TemporaryFolder& folder) {
  TrainOptions options = quiet_options(folder.path() / "out");
  options.train_file = {
      folder.write("train.csv", "text,label\ngood,POSITIVE\nbad,NEGATIVE\nfun,POSITIVE\na film,NEUTRAL\n").string()};
  return options;
}

std::vector<std::string> start_of(const TrainOptions& options) {
  const Prepared prepared = prepare(options);
  const Plan plan = plan_of(options, static_cast<int64_t>(prepared.train->size()));
  return described_start(options.model_name_or_path.string(), prepared, plan, tensor::prepare_compute(options.compute));
}

// The end of a run of 10 steps, with `best_step` as the best one.
struct End {
  End() {
    TrainOptions options = quiet_options(folder.path());
    options.max_steps = 10;
    options.eval_strategy = "steps";
    options.eval_steps = 1;
    options.metric_for_best_model = "accuracy";
    options.early_stopping_patience = 1;
    plan = plan_of(options, 8);
    state.global_step = 10;
    state.log_history = {{{"train_loss", 0.5}, {"train_runtime", 61.2}, {"train_tokens_per_second", 1234.5}}};
  }
  std::vector<std::string> lines(std::optional<int64_t> restored, RunEnd end = RunEnd::kFinished) const {
    return described_end(end, plan, state, best, restored, folder.path().string());
  }
  std::string all(std::optional<int64_t> restored, RunEnd end = RunEnd::kFinished) const {
    return fmt::format("{}\n", fmt::join(lines(restored, end), "\n"));
  }

  TemporaryFolder folder;
  Plan plan;
  RunState state;
  BestSoFar best{0.75, 7, 3};
};

bool fits(const std::string& lines) {
  std::istringstream stream(lines);
  for (std::string line; std::getline(stream, line);) {
    if (line.size() > 80 && line.find(' ', 10) != std::string::npos) return false;
  }
  return true;
}

TEST_CASE("the description of the start has rows, labels, steps and machine") {
  const TemporaryFolder folder;
  TrainOptions options = options_of(folder);
  options.per_device_train_batch_size = 4;
  const std::string text = fmt::format("{}", fmt::join(start_of(options), "\n"));
  CHECK(contains(text, "rows      4 for training; NEGATIVE (1), NEUTRAL (1), POSITIVE (2)"));
  CHECK(contains(text, "first row POSITIVE \"good\""));
  CHECK(contains(text, "run       3 steps of 4 rows, 1 an epoch, 0 warm-up; learning rate 0.001 linear;"));
  CHECK(contains(text, "machine   cpu, "));
  options.max_steps = 1;
  options.per_device_train_batch_size = 1;
  CHECK(contains(start_of(options)[4], "run       1 step of 1 row, "));
}

TEST_CASE("the description names what is frozen, and the rates of layers and head") {
  const TemporaryFolder folder;
  TrainOptions options = options_of(folder);
  CHECK_FALSE(contains(fmt::format("{}", fmt::join(start_of(options), " ")), "frozen"));
  options.freeze = {"embeddings+1"};
  options.layerwise_lr_decay = 0.9;
  options.head_learning_rate = 0.02;
  std::string text = fmt::format("{}", fmt::join(start_of(options), "\n"));
  for (size_t at = text.find("\n          "); at != std::string::npos; at = text.find("\n          ")) {
    text.replace(at, 11, " ");
  }
  CHECK(contains(text, "frozen    embeddings, layer 1 of 2: "));
  CHECK(contains(text, " parameters, without dropout; "));
  CHECK(contains(text, "learning rate 0.001 linear, times 0.9 for each layer below the head, 0.02 of the head; seed"));
}

TEST_CASE("the lines of the start have at most 80 columns and are wrapped between words") {
  const TemporaryFolder folder;
  TrainOptions options = options_of(folder);
  options.learning_rate = 1.23456789e-05;
  options.lr_scheduler_type = "cosine_with_restarts";
  options.warmup_steps = 12345;
  options.max_steps = 123456;
  std::string rows = "text,label\n";
  for (int i = 0; i < 12; ++i)
    rows += fmt::format("{} \xe8\xaf\x84\xe8\xae\xba,a_long_name_of_a_label_{}\n", std::string(60, 'x'), i);
  options.train_file = {folder.write("train.csv", rows).string()};
  options.ignore_mismatched_sizes = true;
  for (const std::string& line : start_of(options)) {
    INFO(line);
    if (!line.starts_with("model")) CHECK(fits(line));
  }
  CHECK(contains(start_of(options)[0], "and 2 more"));
  CHECK(contains(start_of(options)[0], ",\n          a_long"));
}

TEST_CASE("the description of the end has the best step and the step of the saved model") {
  const End end;
  CHECK(contains(end.all({}), "trained   10 steps in 01:01, 1234 tokens/s, mean loss 0.5000\n"));
  CHECK(contains(end.all(7), "best      step 7, eval_accuracy 0.7500: the saved model\n"));
  const std::string last = end.all({});
  CHECK(contains(last, "best      step 7, eval_accuracy 0.7500; the saved model is of the last step,"));
  CHECK(contains(last, "--load-best-model-at-end"));
  end.folder.write("checkpoint-7/x", "");
  CHECK(contains(end.all({}), "/checkpoint-7\n"));
  End none;
  none.best = {};
  CHECK_FALSE(contains(none.all({}), "best  "));
  End is_last;
  is_last.best.step = 10;
  CHECK(contains(is_last.all({}), "step 10, eval_accuracy 0.7500: the saved model\n"));
}

TEST_CASE("the description of an early stop names the metric, with a correct singular or plural") {
  CHECK(contains(End().all({}, RunEnd::kStoppedEarly), "early: eval_accuracy has not improved for 1 evaluation\n"));
  CHECK_FALSE(contains(End().all({}), "early"));
}

TEST_CASE("the description of a stopped run has its step and how to resume it") {
  const End end;
  const std::string text = described_stop(end.plan, end.state, "out");
  CHECK(text.starts_with("stopped at step 10 of 10, saved in out/checkpoint-10\n"));
  CHECK(contains(text, "--resume-from-checkpoint true"));
  CHECK(fits(text));
}

}  // namespace describe_test
