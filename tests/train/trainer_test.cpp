// The guarantees of the training loop: bit-identical results after any stop, the same results for any division of a
// step into micro-batches, and no saved NaN or infinity. parity/training_test.cpp compares losses with transformers.
#include "train/trainer.h"

#include <doctest/doctest.h>

#include <chrono>
#include <csignal>

#include "base/files.h"
#include "base/interrupt.h"
#include "expect_error.h"
#include "kernel/cpu.h"
#include "temporary_folder.h"
#include "train/busy_run.h"
#include "train/train_fixture.h"

namespace trainer_test {

using namespace hone;
using namespace hone::train;

// Runs as two processes would: the first stops after `stop` steps, and the second resumes.
Ending stopped_and_resumed(TrainOptions options, int64_t stop) {
  const TemporaryFolder folder;
  options.output_dir = folder.path();
  {
    TrainOptions first = options;
    first.stop_after_steps = stop;
    TinyRun run(first, made_up_rows(22));
    CHECK(run.run() == RunEnd::kStoppedAfterSteps);
    CHECK(run.trainer->state().global_step == stop);
  }
  TinyRun run(options, made_up_rows(22));
  CHECK(newest_whole_checkpoint(folder.path())->step == stop);
  CHECK(run.resume(stop) == RunEnd::kFinished);
  return ending(run);
}

TEST_CASE("a run that is stopped at any step and resumed is bit-identical to an uninterrupted one") {
  const TrainOptions options = busy_options("");
  const Ending expected = uninterrupted(options);
  CHECK(expected.optimizer.size() > 100);
  CHECK(std::count(expected.log.begin(), expected.log.end(), '\n') == 4 + 3 + 1);
  for (int64_t stop = 1; stop < 12; ++stop) {
    INFO("stopped after step " << stop);
    check_same(stopped_and_resumed(options, stop), expected);
  }
}

TEST_CASE("a resumed run with group_by_length and dropped last batches is bit-identical to an uninterrupted one") {
  TrainOptions options = busy_options("");
  options.group_by_length = true;
  options.dataloader_drop_last = true;
  options.eval_strategy = options.save_strategy = "epoch";
  options.lr_scheduler_type = "cosine";
  options.data_seed = 7;
  const Ending expected = uninterrupted(options);
  for (const int64_t stop : {1, 3, 4, 8}) {
    INFO("stopped after step " << stop);
    check_same(stopped_and_resumed(options, stop), expected);
  }
}

TEST_CASE("a run that ended at max_steps continues with a larger max_steps as if it had never stopped") {
  TrainOptions options = busy_options("");
  options.lr_scheduler_type = "constant_with_warmup";
  options.group_by_length = true;
  options.max_steps = 12;
  const Ending expected = uninterrupted(options);
  const TemporaryFolder folder;
  options.output_dir = folder.path();
  for (const int64_t end : {3, 7, 11}) {
    options.max_steps = end;
    TinyRun run(options, made_up_rows(22));
    CHECK((end == 3 ? run.run() : run.resume(newest_whole_checkpoint(folder.path())->step)) == RunEnd::kFinished);
    CHECK(run.trainer->state().global_step == end);
  }
  options.max_steps = 12;
  TinyRun run(options, made_up_rows(22));
  CHECK(run.resume(11) == RunEnd::kFinished);
  check_same(ending(run), expected);
}

TEST_CASE("Ctrl-C saves a checkpoint of the current step, and the run resumes from it bit for bit") {
  TrainOptions options = busy_options("");
  const Ending expected = uninterrupted(options);
  const TemporaryFolder folder;
  options.output_dir = folder.path();
  {
    const InterruptGuard guard;
    TinyRun run(options, made_up_rows(22));
    std::raise(SIGINT);
    CHECK(run.run() == RunEnd::kInterrupted);
    CHECK(run.trainer->state().global_step == 0);
  }
  const auto checkpoint = newest_whole_checkpoint(folder.path());
  REQUIRE(checkpoint.has_value());
  const InterruptGuard guard;
  TinyRun run(options, made_up_rows(22));
  CHECK(run.resume(checkpoint->step) == RunEnd::kFinished);
  check_same(ending(run), expected);
}

// Raises a signal at the `at`-th call of one of its functions.
struct SignallingObserver : RunObserver {
  enum class Call { kStep, kLog, kEvaluation, kBatch, kSaving };
  SignallingObserver(Call which, int at) : call(which), left(at) {}
  void advanced(const RunState&) override { happened(Call::kStep); }
  void logged(const RunState&) override { happened(Call::kLog); }
  void evaluated(const metric::Report&, const RunState&, const BestSoFar&) override { happened(Call::kEvaluation); }
  void beat() override { happened(Call::kBatch); }
  void entered(RunPhase phase) override {
    if (phase == RunPhase::kSaving) happened(Call::kSaving);
  }
  void happened(Call what) {
    if (what == call && --left == 0) std::raise(SIGTERM);
  }

  Call call;
  int left;
};

TEST_CASE("a signal in a step, a log entry, an evaluation or a checkpoint does not change the final results") {
  TrainOptions options = busy_options("");
  options.eval_steps = options.logging_steps = 1;
  options.save_steps = 2;
  const Ending expected = uninterrupted(options);
  using Call = SignallingObserver::Call;
  for (const Call call : {Call::kStep, Call::kLog, Call::kEvaluation, Call::kBatch, Call::kSaving}) {
    for (const int at : {1, 3, 5}) {
      INFO("call " << static_cast<int>(call) << ", the " << at << "th time");
      const TemporaryFolder folder;
      options.output_dir = folder.path();
      {
        const InterruptGuard guard;
        SignallingObserver observer(call, at);
        TinyRun run(options, made_up_rows(22), true, "bert", &observer);
        CHECK(run.run() == RunEnd::kInterrupted);
        CHECK(observer.left <= 0);
        CHECK(run.trainer->state().global_step < 12);
      }
      const InterruptGuard guard;
      TinyRun run(options, made_up_rows(22));
      CHECK(run.resume(newest_whole_checkpoint(folder.path())->step) == RunEnd::kFinished);
      check_same(ending(run), expected);
    }
  }
}

TEST_CASE("if a signal interrupts an evaluation, the resumed run evaluates") {
  TrainOptions options = busy_options("");
  const Ending expected = uninterrupted(options);
  const TemporaryFolder folder;
  options.output_dir = folder.path();
  {
    TrainOptions first = options;
    first.eval_strategy = "no";  // as if the signal had come during the evaluation of step 4
    first.stop_after_steps = 4;
    TinyRun run(first, made_up_rows(22));
    run.run();
    CHECK_FALSE(run.trainer->state().has_evaluated(4));
  }
  TinyRun run(options, made_up_rows(22));
  run.resume(4);
  check_same(ending(run), expected);
}

TEST_CASE("two runs with one seed are bit-identical, also with several threads, and another seed differs") {
  TrainOptions options = busy_options("");
  options.compute.num_threads = 3;
  check_same(uninterrupted(options), uninterrupted(options));
  options.compute.num_threads = 1;
  const Ending one = uninterrupted(options);
  check_same(uninterrupted(options), one);
  options.seed = 43;
  CHECK_FALSE(same_bits(uninterrupted(options).weights, one.weights));
  options.seed = 42;
  options.data_seed = 43;
  CHECK_FALSE(same_bits(uninterrupted(options).weights, one.weights));
}

TEST_CASE("every optimizer, a rate for each layer and a schedule that follows the metric resume bit for bit") {
  const auto check_resumed = [](const TrainOptions& options) {
    const Ending expected = uninterrupted(options);
    for (const int64_t stop : {3, 5, 9}) check_same(stopped_and_resumed(options, stop), expected);
  };
  for (const OptimizerKind& kind : optimizers()) {
    INFO(std::string(kind.name));
    TrainOptions options = busy_options("");
    options.optim = kind.name;
    if (kind.name == "sgd") options.momentum = 0.9;
    options.layerwise_lr_decay = 0.7;
    options.head_learning_rate = 2e-3;
    check_resumed(options);
  }
  TrainOptions options = busy_options("");
  options.lr_scheduler_type = "reduce_lr_on_plateau";
  options.lr_scheduler_kwargs = "patience=0,factor=0.5,threshold=0.5";
  options.warmup_steps = 0;
  options.eval_steps = options.logging_steps = 2;
  check_resumed(options);
  const TemporaryFolder folder;
  options.output_dir = folder.path();
  TinyRun run(options, made_up_rows(22));
  run.run();
  const std::vector<double> rates = logged(run.trainer->state(), "learning_rate");
  CHECK(rates.front() == 1e-3);
  CHECK(rates.back() < 1e-3);
}

TEST_CASE("gradient checkpointing does not change a bit of a run") {
  TrainOptions options = busy_options("");
  const Ending kept = uninterrupted(options);
  options.gradient_checkpointing = true;
  check_same(uninterrupted(options), kept);
}

TEST_CASE("training in bf16 keeps fp32 weights and follows the losses of fp32") {
  if (!kernel::has_native_bf16()) {
    MESSAGE("skipped: this processor has no bf16 instructions");
    return;
  }
  TrainOptions options = quiet_options("");
  options.logging_steps = 1;
  options.num_train_epochs = 4;
  TinyRun exact(options, made_up_rows(22), /*dropout=*/false);
  exact.run();
  options.compute.precision = "bf16";
  TinyRun rounded(options, made_up_rows(22), /*dropout=*/false);
  rounded.run();
  const std::vector<double> expected = logged(exact.trainer->state(), "loss"),
                            found = logged(rounded.trainer->state(), "loss");
  REQUIRE(found.size() == expected.size());
  CHECK(found != expected);
  for (size_t i = 0; i < found.size(); ++i) CHECK(found[i] == doctest::Approx(expected[i]).epsilon(0.05));
  for (const auto& [name, weight] : rounded.weights()) CHECK((weight.scalar_type() == at::kFloat));
}

TEST_CASE("the log has the keys of transformers, and the losses are means over their window") {
  const TemporaryFolder folder;
  TrainOptions options = quiet_options(folder.path());
  options.num_train_epochs = 2;
  options.logging_steps = 1;
  TinyRun every(options, made_up_rows(16));
  every.run();
  options.logging_steps = 4;
  options.eval_strategy = "epoch";
  options.json_log = folder.path() / "log.jsonl";
  TinyRun fourth(options, made_up_rows(16));
  fourth.run();
  const auto losses = logged(every.trainer->state(), "loss"), means = logged(fourth.trainer->state(), "loss");
  REQUIRE(losses.size() == 8);
  REQUIRE(means.size() == 2);
  for (size_t i = 0; i < 2; ++i) {
    CHECK(means[i] == doctest::Approx((losses[4 * i] + losses[4 * i + 1] + losses[4 * i + 2] + losses[4 * i + 3]) / 4));
  }
  std::vector<std::string> lines;
  for (const Json& entry : fourth.trainer->state().log_history) {
    for (const char* key : {"epoch", "step"}) CHECK(entry.contains(key));
    lines.push_back(entry.dump() + "\n");
  }
  CHECK(read_file(options.json_log) == fmt::format("{}", fmt::join(lines, "")));
  const Json& log = fourth.trainer->state().log_history;
  for (const char* key : {"loss", "grad_norm", "learning_rate", "tokens_per_second"}) CHECK(log[0].contains(key));
  for (const char* key :
       {"eval_loss", "eval_accuracy", "eval_f1", "eval_runtime", "eval_samples_per_second", "eval_steps_per_second"}) {
    CHECK(log[1].contains(key));
  }
  for (const char* key : {"train_runtime", "train_samples_per_second", "train_steps_per_second", "train_loss"}) {
    CHECK(log.back().contains(key));
  }
  CHECK(log.back()["train_loss"].get<double>() == doctest::Approx((means[0] + means[1]) / 2));
  uint64_t num_tokens = 0;
  for (uint64_t row = 0; row < fourth.train->size(); ++row) num_tokens += fourth.train->length(row);
  CHECK(fourth.trainer->state().num_input_tokens_seen == 2 * static_cast<int64_t>(num_tokens));
}

TEST_CASE("an evaluation loss that is not finite is logged as null and is not the best") {
  const TemporaryFolder folder;
  TrainOptions options = quiet_options(folder.path());
  options.learning_rate = 1e37;
  options.lr_scheduler_type = "constant";
  options.max_steps = 2;
  options.eval_strategy = options.save_strategy = "steps";
  options.eval_steps = options.save_steps = 1;
  options.load_best_model_at_end = true;
  TinyRun run(options, made_up_rows(40));
  CHECK(run.run() == RunEnd::kFinished);
  CHECK(run.trainer->state().log_history[0]["eval_loss"].is_null());
  CHECK(run.trainer->state().log_history[0]["eval_accuracy"].is_null());
  CHECK_FALSE(run.trainer->best().metric.has_value());
  CHECK_FALSE(run.trainer->load_best().has_value());
}

TEST_CASE("a run without improvement stops after early_stopping_patience evaluations") {
  const TemporaryFolder folder;
  TrainOptions options = quiet_options(folder.path());
  options.learning_rate = 0;
  options.num_train_epochs = 5;
  options.eval_strategy = "steps";
  options.eval_steps = 2;
  options.early_stopping_patience = 3;
  TinyRun run(options, made_up_rows(16));
  CHECK(run.run() == RunEnd::kStoppedEarly);
  CHECK(run.trainer->state().global_step == 8);
  CHECK(run.trainer->best().step == 2);
  CHECK(run.trainer->state().log_history.back().contains("train_loss"));
  options.early_stopping_patience = 10;
  TinyRun patient(options, made_up_rows(16));
  CHECK(patient.run() == RunEnd::kFinished);
}

TEST_CASE("the best model is restored at the end, and save_total_limit keeps its checkpoint") {
  for (const bool greater_is_better : {false, true}) {
    const TemporaryFolder folder;
    TrainOptions options = quiet_options(folder.path());
    options.num_train_epochs = 4;
    options.eval_strategy = options.save_strategy = "epoch";
    options.load_best_model_at_end = true;
    options.metric_for_best_model = "loss";
    options.greater_is_better = greater_is_better;
    options.save_total_limit = 1;
    TinyRun run(options, made_up_rows(16));
    CHECK(run.run() == RunEnd::kFinished);
    const auto losses = logged(run.trainer->state(), "eval_loss");
    REQUIRE(losses.size() == 4);
    const auto best = greater_is_better ? std::max_element(losses.begin(), losses.end())
                                        : std::min_element(losses.begin(), losses.end());
    const int64_t step = (best - losses.begin() + 1) * 4;
    CHECK(run.trainer->load_best() == step);
    CHECK(same_bits(run.weights(), run.saved(step, "model.safetensors")));
    std::vector<int64_t> left;
    for (const CheckpointFolder& checkpoint : list_checkpoints(folder.path())) left.push_back(checkpoint.step);
    CHECK(left == (step == 16 ? std::vector<int64_t>{16} : std::vector<int64_t>{step, 16}));
  }
}

TEST_CASE("the best model can be restored if fewer steps are saved than evaluated") {
  const TemporaryFolder folder;
  TrainOptions options = quiet_options(folder.path());
  options.learning_rate = 0;  // the first evaluation stays the best, and save_steps skips its step
  options.num_train_epochs = 1;
  options.eval_strategy = options.save_strategy = "steps";
  options.eval_steps = 1;
  options.save_steps = 3;
  options.load_best_model_at_end = true;
  TinyRun run(options, made_up_rows(16));
  CHECK(run.run() == RunEnd::kFinished);
  CHECK(run.trainer->load_best() == 1);
}

TEST_CASE("without load_best_model_at_end the last model is kept") {
  TrainOptions options = quiet_options("");
  options.max_steps = 2;
  TinyRun run(options, made_up_rows(16));
  run.run();
  CHECK_FALSE(run.trainer->load_best().has_value());
}

TEST_CASE("a metric that is unknown or for another number of labels is refused before the first step") {
  const TemporaryFolder folder;
  TrainOptions options = quiet_options(folder.path());
  options.eval_strategy = "epoch";
  options.metric_for_best_model = "acuracy";
  const Error error = expect_error([&] { TinyRun run(options, made_up_rows(16)); });
  CHECK(error.kind() == ErrorKind::kUsage);
  CHECK(contains(error.what(), "unknown metric_for_best_model \"acuracy\""));
  CHECK(contains(error.hint(), "did you mean \"accuracy\"?"));
  options.metric_for_best_model = "f1_binary";  // tiny-bert has three labels
  CHECK(contains(expect_error([&] { TinyRun run(options, made_up_rows(16)); }).what(), "\"f1_binary\""));
}

// Records the time of each step's end.
struct TimingObserver : RunObserver {
  void advanced(const RunState&) override { times.push_back(std::chrono::steady_clock::now()); }
  // Returns the shortest time between two steps, because other processes disturb it least.
  double step_seconds() const {
    double shortest = 1e9;
    for (size_t i = 1; i < times.size(); ++i) {
      shortest = std::min(shortest, std::chrono::duration<double>(times[i] - times[i - 1]).count());
    }
    return shortest;
  }
  std::vector<std::chrono::steady_clock::time_point> times;
};

TEST_CASE("a step takes no longer after fifty thousand evaluations than after four") {
  constexpr int64_t kEvaluations = 50'000;
  const TemporaryFolder folder;
  TrainOptions options = quiet_options(folder.path());
  options.per_device_train_batch_size = 1;
  options.lr_scheduler_type = "constant";
  options.eval_strategy = "steps";
  options.eval_steps = 1;
  options.logging_steps = 1e9;
  options.early_stopping_patience = 1'000'000;
  options.group_by_length = true;
  options.max_steps = 8;
  options.save_strategy = "steps";
  options.save_steps = 4;
  {
    TinyRun(options, made_up_rows(2)).run();
  }
  // The checkpoint of a run with kEvaluations evaluated steps in 25,000 epochs.
  const auto checkpoint = [&](int64_t step) { return checkpoint_path(folder.path(), step); };
  RunState state = read_run_state(checkpoint(4));
  state.log_history = state.log_seconds = Json::array();
  for (int64_t step = 1; step <= kEvaluations; ++step) {
    state.log_history.push_back({{"eval_loss", 1.0}, {"epoch", 1.0}, {"step", step}});
    state.log_seconds.push_back(0.0);
  }
  state.global_step = kEvaluations;
  std::filesystem::copy(checkpoint(4), checkpoint(kEvaluations));
  const Plan plan = plan_of(options, 2);
  write_run_state(checkpoint(kEvaluations), state, plan, {}, "out");
  const auto step_seconds = [&](int64_t from) {
    TimingObserver observer;
    TrainOptions own = options;
    own.save_strategy = "no";
    own.max_steps = from + 30;
    TinyRun run(own, made_up_rows(2), true, "bert", &observer);
    run.resume(from);
    CHECK(observer.times.size() == 30);
    return observer.step_seconds();
  };
  const double early = step_seconds(4), late = step_seconds(kEvaluations);
  MESSAGE("a step takes " << early * 1e3 << " ms after 4 evaluations, " << late * 1e3 << " ms after " << kEvaluations);
  CHECK(late < 1.5 * early + 0.002);
}

TEST_CASE("resuming with smaller logging_steps logs no step of the checkpoint") {
  const TemporaryFolder folder;
  TrainOptions options = quiet_options(folder.path());
  options.max_steps = 4;
  options.lr_scheduler_type = "constant";
  options.save_strategy = "steps";
  options.save_steps = 2;
  options.logging_steps = 4;
  {
    TinyRun(options, made_up_rows(16)).run();
  }
  options.logging_steps = 1;
  TinyRun resumed(options, made_up_rows(16));
  resumed.resume(2);
  INFO(resumed.trainer->state().log_history.dump());
  REQUIRE(resumed.trainer->state().log_history.size() == 3);
  CHECK(resumed.trainer->state().log_history[0]["step"] == 3);
}

TEST_CASE("a checkpoint is refused if it is beyond the run's last step, of another model or without state") {
  const TemporaryFolder folder;
  TrainOptions options = busy_options(folder.path());
  {
    TinyRun(options, made_up_rows(22)).run();
  }
  options.num_train_epochs = 3;
  TinyRun shorter(options, made_up_rows(22));
  const Error error = expect_error([&] { shorter.resume(12); });
  CHECK(error.kind() == ErrorKind::kUsage);
  CHECK(contains(error.what(), "checkpoint-12 is at step 12, this run has 9 steps"));
  options.num_train_epochs = 4;
  TinyRun other(options, made_up_rows(22), true, "distilbert");
  CHECK(contains(expect_error([&] { other.resume(12); }).what(), "is missing, the run needs"));
  TinyRun same(options, made_up_rows(22));
  folder.write("checkpoint-99/trainer_state.json", "{}");
  CHECK(contains(expect_error([&] { same.resume(99); }).what(), "does not hold the state of a hone run"));
}

TEST_CASE("a checkpoint of hone 0.1.0 resumes bit for bit") {
  const TrainOptions options = busy_options("");
  const Ending expected = uninterrupted(options);
  const TemporaryFolder folder;
  TrainOptions own = options;
  own.output_dir = folder.path();
  own.stop_after_steps = 7;
  {
    TinyRun(own, made_up_rows(22)).run();
  }
  // hone 0.1.0 saved the complete state in trainer_state.json.
  const auto checkpoint = checkpoint_path(folder.path(), 7);
  Json state = read_json(checkpoint / kStateFile);
  state["hone"] = read_json(checkpoint / kHoneStateFile);
  write_json(checkpoint / kStateFile, state);
  std::filesystem::remove(checkpoint / kHoneStateFile);
  own.stop_after_steps = 0;
  TinyRun run(own, made_up_rows(22));
  CHECK(run.resume(7) == RunEnd::kFinished);
  check_same(ending(run), expected);
}

}  // namespace trainer_test
