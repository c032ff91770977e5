// Expected best models and patience come from transformers' Trainer and EarlyStoppingCallback
// (tests/fixtures/make_train_fixtures.py).
#include "train/run_state.h"

#include <doctest/doctest.h>

#include <set>

#include "expect_error.h"
#include "temporary_folder.h"
#include "train/checkpoint.h"
#include "train/json_fixture.h"
#include "train/plan_fixture.h"

namespace run_state_test {

using namespace hone;
using namespace hone::train;

namespace fs = std::filesystem;

Json evaluation(int64_t step, const Json& loss, double accuracy) {
  return {{"eval_loss", loss}, {"eval_accuracy", accuracy}, {"epoch", 1.0}, {"step", step}};
}

Json training(int64_t step, double loss) { return {{"loss", loss}, {"epoch", 1.0}, {"step", step}}; }

// Returns a state with unusual numbers in every field.
RunState full_state() {
  RunState state;
  state.global_step = 7;
  state.log_history = {training(5, 0.1 + 0.2), evaluation(5, 1.0 / 3, 0.5)};
  state.window_loss_sum = 1.0 / 7;
  state.window_steps = 2;
  state.num_input_tokens_seen = 123456789012345;
  state.total_loss_sum = 2.0 / 3;
  state.num_finite_steps = 6;
  state.num_nonfinite_steps = 1;
  state.train_seconds = 0.1;
  state.log_seconds = {0.05, nullptr};
  return state;
}

Json full_json() { return trainer_state_json(full_state(), plan_of({}, 100), {0.25, 5, 0}, "out"); }

// Writes both files of a checkpoint, except for a null one, and reads the state.
RunState read_back(const Json& state, const Json& own) {
  const TemporaryFolder folder;
  write_json(folder.path() / kStateFile, state);
  if (!own.is_null()) write_json(folder.path() / kHoneStateFile, own);
  return read_run_state(folder.path());
}

Error refused(const Json& state, const Json& own) {
  const Error error = expect_error([&] { read_back(state, own); });
  CHECK(error.kind() == ErrorKind::kInput);
  CHECK(contains(error.what(), "_state.json"));
  CHECK_FALSE(error.hint().empty());
  return error;
}

TEST_CASE("the best model and the number of evaluations without improvement equal transformers'") {
  for (const Json& expected : train_fixture("best_models.json")) {
    const BestMetric metric = {"eval_accuracy", expected["greater_is_better"], expected["threshold"], {}, false};
    RunState state;
    BestSoFar in_turn;
    CHECK_FALSE(best_so_far(state.log_history, metric).metric.has_value());
    for (size_t i = 0; i < expected["values"].size(); ++i) {
      const auto step = static_cast<int64_t>(i + 1) * 10;
      state.log_history.push_back(training(step, 0.5));
      state.log_history.push_back(evaluation(step, 0.5, expected["values"][i]));
      in_turn.add(training(step, 0.5), metric);
      in_turn.add(state.log_history.back(), metric);
      INFO("threshold " << expected["threshold"] << ", greater is better " << metric.greater_is_better << ", values "
                        << expected["values"].dump() << ", after " << i + 1);
      const Json& after = expected["after"][i];
      for (const BestSoFar& best : {in_turn, best_so_far(state.log_history, metric)}) {
        CHECK(best.metric == after[0].get<double>());
        CHECK(best.step == after[1].get<int64_t>());
        CHECK(best.evaluations_without_improvement == after[2].get<int64_t>());
      }
    }
  }
}

TEST_CASE("without a watched metric there is no best model") {
  RunState state;
  state.log_history = Json::array({evaluation(1, 0.5, 0.5)});
  CHECK_FALSE(best_so_far(state.log_history, {}).metric.has_value());
}

TEST_CASE("an evaluation with a loss that is not finite is never the best and counts as no improvement") {
  RunState state;
  state.log_history = {evaluation(1, 0.5, 0.5), evaluation(2, nullptr, 0.5)};
  const BestSoFar best = best_so_far(state.log_history, {"eval_loss"});
  CHECK(best.metric == 0.5);
  CHECK(best.step == 1);
  CHECK(best.evaluations_without_improvement == 1);
}

TEST_CASE("the error for a metric that is not evaluated lists the evaluated ones") {
  RunState state;
  state.log_history = Json::array({evaluation(1, 0.5, 0.5)});
  const Error error = expect_error([&] { best_so_far(state.log_history, {"eval_bleu"}); });
  CHECK(error.kind() == ErrorKind::kUsage);
  CHECK(error.what() == std::string("metric_for_best_model \"bleu\" is not among the evaluation's"));
  CHECK(error.hint() == "known: loss, accuracy");
}

TEST_CASE("evaluations are found by step") {
  const RunState state = full_state();
  CHECK(state.has_evaluated(5));
  CHECK_FALSE(state.has_evaluated(7));
}

TEST_CASE("the state survives writing and reading bit for bit") {
  const RunState before = full_state();
  const TemporaryFolder folder;
  write_run_state(folder.path(), before, plan_of({}, 100), {0.25, 5, 0}, "out");
  const RunState after = read_run_state(folder.path());
  CHECK(after.global_step == before.global_step);
  CHECK(after.log_history == before.log_history);
  CHECK(after.log_seconds == before.log_seconds);
  CHECK(after.window_loss_sum == before.window_loss_sum);
  CHECK(after.window_steps == before.window_steps);
  CHECK(after.num_input_tokens_seen == before.num_input_tokens_seen);
  CHECK(after.total_loss_sum == before.total_loss_sum);
  CHECK(after.num_finite_steps == before.num_finite_steps);
  CHECK(after.num_nonfinite_steps == before.num_nonfinite_steps);
  CHECK(after.train_seconds == before.train_seconds);
}

TEST_CASE("a checkpoint of hone 0.1.0, with the complete state in trainer_state.json, is read") {
  const fs::path fixture = fs::path(HONE_SOURCE_DIR) / "tests" / "fixtures" / "train" / "state_of_hone_0_1.json";
  const Json json = read_json(fixture);
  const RunState state = read_back(json, {});
  CHECK(state.global_step == 4);
  CHECK(state.log_history.size() == 3);
  CHECK(state.log_history == json["log_history"]);
  CHECK(state.log_seconds == json["hone"]["log_seconds"]);
  CHECK(state.num_input_tokens_seen == json["num_input_tokens_seen"]);
  CHECK(state.window_loss_sum == json["hone"]["window_loss_sum"].get<double>());
  CHECK(state.total_loss_sum == json["hone"]["total_loss_sum"].get<double>());
  CHECK(state.num_finite_steps == 4);
  CHECK(state.train_seconds == json["hone"]["train_seconds"].get<double>());
}

// dataclasses.fields(TrainerState) of transformers 5.24; load_from_json accepts no other key. parity/transformers_slow
// runs transformers itself.
TEST_CASE("trainer_state.json has the keys of transformers' TrainerState and no other") {
  const std::set<std::string> expected = {"best_global_step",
                                          "best_metric",
                                          "best_model_checkpoint",
                                          "epoch",
                                          "eval_steps",
                                          "global_step",
                                          "is_hyper_param_search",
                                          "is_local_process_zero",
                                          "is_world_process_zero",
                                          "log_history",
                                          "logging_steps",
                                          "max_steps",
                                          "num_input_tokens_seen",
                                          "num_train_epochs",
                                          "save_steps",
                                          "stateful_callbacks",
                                          "total_flos",
                                          "train_batch_size",
                                          "trial_name",
                                          "trial_params"};
  std::set<std::string> keys;
  const Json json = full_json();
  for (const auto& [key, value] : json.items()) keys.insert(key);
  CHECK(keys == expected);
  CHECK(json["best_model_checkpoint"] == "out/checkpoint-5");
  CHECK(json["max_steps"] == 39);
  CHECK(json["num_train_epochs"] == 3);
  CHECK(trainer_state_json({}, plan_of({}, 100), {}, "out")["best_metric"].is_null());
}

TEST_CASE("another program's state is refused, and so is a state with a missing field or a wrong type") {
  const Json own = hone_state_json(full_state());
  CHECK(contains(refused(full_json(), {}).what(), "does not hold the state of a hone run"));
  CHECK(contains(refused(full_json(), Json::array()).what(), "does not hold the state"));
  CHECK(contains(refused(Json::array(), own).what(), "does not hold the state"));
  for (const Json& log : {Json(3), Json{1, 2}}) {
    Json json = full_json();
    json["log_history"] = log;
    CHECK(contains(refused(json, own).what(), "does not hold the state"));
  }
  for (const char* key : {"global_step", "num_input_tokens_seen"}) {
    Json json = full_json();
    json[key] = "7";
    CHECK(contains(refused(json, own).what(), fmt::format("{}: \"{}\" is missing or not a number", kStateFile, key)));
  }
  for (const auto& [key, value] : own.items()) {
    if (key == "log_seconds" || key.starts_with("epoch_")) continue;  // early checkpoints have none
    Json incomplete = own;
    incomplete.erase(key);
    CHECK(contains(refused(full_json(), incomplete).what(),
                   fmt::format("{}: \"{}\" is missing or not a number", kHoneStateFile, key)));
  }
  Json json = full_json();
  json["global_step"] = -1;
  refused(json, own);
}

TEST_CASE("only entries that the plan would have logged and evaluated are kept") {
  TrainOptions options;
  options.max_steps = 20;
  options.logging_steps = 4;
  options.eval_strategy = "steps";
  options.eval_steps = 5;
  RunState state;
  const Json summary = {{"train_loss", 1.0}, {"step", 8}};
  state.log_history = {training(4, 1), evaluation(5, 1, 0), training(8, 1), evaluation(8, 1, 0),
                       summary,        training(9, 1)};
  keep_planned_entries(state, plan_of(options, 100));
  CHECK(state.log_history == Json({training(4, 1), evaluation(5, 1, 0), training(8, 1)}));
}

TEST_CASE("the times of the log entries are saved, and are unknown if they are missing or do not match the log") {
  Json own = hone_state_json(full_state());
  CHECK(read_back(full_json(), own).log_seconds == Json{0.05, nullptr});
  for (const Json& times : {Json(), Json{0.05}, Json{0.05, "x"}}) {
    own["log_seconds"] = times;
    CHECK(read_back(full_json(), own).log_seconds == Json{nullptr, nullptr});
  }
  own.erase("log_seconds");
  CHECK(read_back(full_json(), own).log_seconds == Json{nullptr, nullptr});
}

TEST_CASE("removing an entry of the log also removes its time") {
  TrainOptions options;
  options.logging_steps = 5;
  RunState state;
  state.log_history = {training(4, 0.5), training(5, 0.5), training(7, 0.5), training(10, 0.5)};
  state.log_seconds = {1, 2, 3, 4};
  keep_planned_entries(state, plan_of(options, 100));
  CHECK(state.log_history.size() == 2);
  CHECK(state.log_seconds == Json{2, 4});
}

}  // namespace run_state_test
