// Best models and patience are those of transformers' Trainer and EarlyStoppingCallback
// (tests/fixtures/make_train_fixtures.py).
#include "train/run_state.h"

#include <doctest/doctest.h>

#include "expect_error.h"
#include "train/train_fixture.h"

using namespace hone;
using namespace hone::train;

namespace {

Json evaluation(int64_t step, const Json& loss, double accuracy) {
  return {{"eval_loss", loss}, {"eval_accuracy", accuracy}, {"epoch", 1.0}, {"step", step}};
}

Json training(int64_t step, double loss) { return {{"loss", loss}, {"epoch", 1.0}, {"step", step}}; }

// A state with awkward numbers in every field.
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
  return state;
}

Json full_json() { return to_json(full_state(), make_plan({}, 100), {0.25, 5, 0}, "out"); }

}  // namespace

TEST_CASE("the best model and the evaluations without improvement are those of transformers") {
  for (const Json& expected : train_fixture("best_models.json")) {
    const BestMetric metric = {"eval_accuracy", expected["greater_is_better"]};
    RunState state;
    CHECK_FALSE(best_so_far(state, metric, 0).metric.has_value());
    for (size_t i = 0; i < expected["values"].size(); ++i) {
      const auto step = static_cast<int64_t>(i + 1) * 10;
      state.log_history.push_back(training(step, 0.5));
      state.log_history.push_back(evaluation(step, 0.5, expected["values"][i]));
      INFO("threshold " << expected["threshold"] << ", greater is better " << metric.greater_is_better << ", values "
                        << expected["values"].dump() << ", after " << i + 1);
      const BestSoFar best = best_so_far(state, metric, expected["threshold"]);
      const Json& after = expected["after"][i];
      CHECK(best.metric == after[0].get<double>());
      CHECK(best.step == after[1].get<int64_t>());
      CHECK(best.evaluations_without_improvement == after[2].get<int64_t>());
    }
  }
}

TEST_CASE("without a watched metric there is no best model") {
  RunState state;
  state.log_history = Json::array({evaluation(1, 0.5, 0.5)});
  CHECK_FALSE(best_so_far(state, {}, 0).metric.has_value());
}

TEST_CASE("an evaluation whose loss is not finite is never the best and counts as no improvement") {
  RunState state;
  state.log_history = {evaluation(1, 0.5, 0.5), evaluation(2, nullptr, 0.5)};
  const BestSoFar best = best_so_far(state, {"eval_loss", false}, 0);
  CHECK(best.metric == 0.5);
  CHECK(best.step == 1);
  CHECK(best.evaluations_without_improvement == 1);
}

TEST_CASE("a metric that is not evaluated is refused with those that are") {
  RunState state;
  state.log_history = Json::array({evaluation(1, 0.5, 0.5)});
  const Error error = expect_error([&] { best_so_far(state, {"eval_bleu", true}, 0); });
  CHECK(error.kind() == ErrorKind::kUsage);
  CHECK(error.what() == std::string("metric_for_best_model \"bleu\" is not among the evaluation's"));
  CHECK(error.hint() == "known: loss, accuracy");
}

TEST_CASE("what has been evaluated is looked up by step") {
  const RunState state = full_state();
  CHECK(state.has_evaluated(5));
  CHECK_FALSE(state.has_evaluated(7));
}

TEST_CASE("the state comes back from its JSON text bit for bit") {
  const RunState before = full_state();
  const RunState after = run_state_from_json(parse_json(full_json().dump(), "state"), "state");
  CHECK(after.global_step == before.global_step);
  CHECK(after.log_history == before.log_history);
  CHECK(after.window_loss_sum == before.window_loss_sum);
  CHECK(after.window_steps == before.window_steps);
  CHECK(after.num_input_tokens_seen == before.num_input_tokens_seen);
  CHECK(after.total_loss_sum == before.total_loss_sum);
  CHECK(after.num_finite_steps == before.num_finite_steps);
  CHECK(after.num_nonfinite_steps == before.num_nonfinite_steps);
  CHECK(after.train_seconds == before.train_seconds);
}

TEST_CASE("the JSON has the keys of transformers' trainer_state.json") {
  const Json json = full_json();
  for (const char* key : {"best_global_step",
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
                          "trial_params"}) {
    INFO(std::string(key));
    CHECK(json.contains(key));
  }
  CHECK(json["best_model_checkpoint"] == "out/checkpoint-5");
  CHECK(json["max_steps"] == 39);
  CHECK(json["num_train_epochs"] == 3);
  CHECK(to_json({}, make_plan({}, 100), {}, "out")["best_metric"].is_null());
}

TEST_CASE("a state of another program, and one with a field missing or of a wrong type, is refused") {
  const auto refused = [](const Json& json) {
    const Error error = expect_error([&] { run_state_from_json(json, "c/trainer_state.json"); });
    CHECK(error.kind() == ErrorKind::kInput);
    CHECK(contains(error.what(), "c/trainer_state.json"));
    CHECK_FALSE(error.hint().empty());
    return std::string(error.what());
  };
  Json json = full_json();
  json.erase("hone");
  CHECK(contains(refused(json), "does not hold the state of a hone run"));
  CHECK(contains(refused(Json::array()), "does not hold the state"));
  json = full_json();
  json["log_history"] = 3;
  CHECK(contains(refused(json), "does not hold the state"));
  for (const char* key : {"global_step", "num_input_tokens_seen"}) {
    json = full_json();
    json[key] = "7";
    CHECK(contains(refused(json), fmt::format("\"{}\" is missing or not a number", key)));
  }
  for (const Json all = full_json(); const auto& [key, value] : all["hone"].items()) {
    json = full_json();
    json["hone"].erase(key);
    CHECK(contains(refused(json), fmt::format("\"{}\" is missing or not a number", key)));
  }
  json = full_json();
  json["global_step"] = -1;
  refused(json);
  json = full_json();
  json["log_history"] = {1, 2};
  refused(json);
}

TEST_CASE("only what the plan would have logged and evaluated by now is kept") {
  TrainOptions options;
  options.max_steps = 20;
  options.logging_steps = 4;
  options.eval_strategy = "steps";
  options.eval_steps = 5;
  RunState state;
  const Json summary = {{"train_loss", 1.0}, {"step", 8}};
  state.log_history = {training(4, 1), evaluation(5, 1, 0), training(8, 1), evaluation(8, 1, 0),
                       summary,        training(9, 1)};
  keep_planned_entries(state, make_plan(options, 100));
  CHECK(state.log_history == Json({training(4, 1), evaluation(5, 1, 0), training(8, 1)}));
}
