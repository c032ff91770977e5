// Expected values come from transformers' Trainer on equally many rows (tests/fixtures/make_train_fixtures.py).
#include "train/plan.h"

#include <doctest/doctest.h>

#include <functional>

#include "expect_error.h"
#include "options/parse.h"
#include "train/json_fixture.h"
#include "train/plan_fixture.h"

namespace plan_test {

using namespace hone;
using namespace hone::train;

using Steps = std::vector<int64_t>;

TrainOptions options_of(const Json& json) {
  std::vector<std::string> arguments = {"--model_name_or_path", "m"};
  for (const auto& [name, value] : json.items()) {
    arguments.push_back("--" + name);
    arguments.push_back(value.is_string() ? value.get<std::string>() : value.dump());
  }
  return options::parse<TrainOptions>("hone train", arguments).options;
}

template <typename Due>
Steps due_steps(const Plan& plan, Due due) {
  Steps steps;
  for (int64_t step = 0; step <= plan.total_steps; ++step) {
    if (due(step)) steps.push_back(step);
  }
  return steps;
}

Steps logging_steps(const Plan& plan) {
  return due_steps(plan, [&](int64_t step) { return plan.logs_at(step); });
}

Steps evaluation_steps(const Plan& plan) {
  return due_steps(plan, [&](int64_t step) { return plan.evaluates_at(step); });
}

Steps saving_steps(const Plan& plan) {
  return due_steps(plan, [&](int64_t step) { return plan.saves_at(step); });
}

// Checks that the error for contradictory options names both.
void check_contradiction(const TrainOptions& options, const std::string& one, const std::string& other) {
  const Error error = expect_error([&] { plan_of(options, 100); });
  INFO(error.what());
  CHECK(error.kind() == ErrorKind::kUsage);
  CHECK(contains(error.what(), one));
  CHECK(contains(error.what(), other));
  CHECK_FALSE(error.hint().empty());
}

TEST_CASE("steps, warm-up and the steps of logging, evaluation and saving equal those of transformers' Trainer") {
  for (const Json& expected : train_fixture("plans.json")) {
    INFO(expected["rows"] << " rows, " << expected["options"].dump());
    const Plan plan = plan_of(options_of(expected["options"]), expected["rows"]);
    CHECK(plan.total_steps == expected["total_steps"]);
    CHECK(plan.num_epochs == expected["num_train_epochs"]);
    CHECK(plan.step_plan.schedule_length.warmup_steps == expected["warmup_steps"]);
    CHECK(plan.step_plan.schedule_length.total_steps == plan.total_steps);
    Steps logged;
    for (const Json& entry : expected["logged"]) {
      logged.push_back(entry[0]);
      CHECK(plan.epoch_at(entry[0]) == doctest::Approx(entry[1].get<double>()).epsilon(1e-12));
    }
    CHECK(logging_steps(plan) == logged);
    CHECK(evaluation_steps(plan) == expected["evaluated"].get<Steps>());
    CHECK(saving_steps(plan) == expected["saved"].get<Steps>());
    CHECK(plan.evaluations_between(0, plan.total_steps) == static_cast<int64_t>(expected["evaluated"].size()));
  }
}

TEST_CASE("1600 rows in batches of 16 make the run of the recipe imdb-distilbert") {
  TrainOptions options;
  options.per_device_train_batch_size = 16;
  options.warmup_ratio = 0.1;
  options.logging_steps = 10;
  options.eval_strategy = options.save_strategy = "epoch";
  const Plan plan = plan_of(options, 1600);
  CHECK(plan.steps_per_epoch == 100);
  CHECK(plan.total_steps == 300);
  CHECK(plan.num_epochs == 3);
  CHECK(plan.step_plan.schedule_length.warmup_steps == 30);
  CHECK(logging_steps(plan).size() == 30);
  CHECK(evaluation_steps(plan) == Steps{100, 200, 300});
  CHECK(saving_steps(plan) == Steps{100, 200, 300});
  CHECK(plan.epoch_at(150) == 1.5);
}

TEST_CASE("200 rows in batches of 8 make 75 steps") {
  const Plan plan = plan_of({}, 200);
  CHECK(plan.steps_per_epoch == 25);
  CHECK(plan.total_steps == 75);
  CHECK(plan.logging_steps == 500);
  CHECK_FALSE(plan.evaluates());
  CHECK(plan.saves());
  CHECK(saving_steps(plan) == Steps{75});
}

TEST_CASE("max_steps takes precedence over num_train_epochs, and may end in the middle of an epoch") {
  TrainOptions options;
  options.max_steps = 60;
  options.eval_strategy = "epoch";
  const Plan plan = plan_of(options, 200);
  CHECK(plan.total_steps == 60);
  CHECK(plan.num_epochs == 3);
  CHECK(evaluation_steps(plan) == Steps{25, 50, 60});
  CHECK(plan.evaluations_between(25, 60) == 2);
  CHECK(plan.epoch_at(60) == doctest::Approx(2.4));
}

TEST_CASE("the remaining rows of an epoch make a smaller batch and a smaller step, unless they are dropped") {
  TrainOptions options;
  options.per_device_train_batch_size = 4;
  options.gradient_accumulation_steps = 3;
  CHECK(plan_of(options, 17).batches_per_epoch == 5);
  CHECK(plan_of(options, 17).steps_per_epoch == 2);
  options.dataloader_drop_last = true;
  CHECK(plan_of(options, 17).batches_per_epoch == 4);
  CHECK(plan_of(options, 17).steps_per_epoch == 2);
  options.gradient_accumulation_steps = 2;
  CHECK(plan_of(options, 17).steps_per_epoch == 2);
}

TEST_CASE("intervals below 1 are fractions of all steps, rounded up, and never 0") {
  TrainOptions options;
  options.logging_steps = 0.1;
  options.eval_strategy = "steps";
  options.save_steps = 0.34;
  const Plan plan = plan_of(options, 200);
  CHECK(plan.logging_steps == 8);
  CHECK(plan.eval_steps == 8);  // like logging_steps
  CHECK(plan.save_steps == 26);
  options.max_steps = 1;
  CHECK(plan_of(options, 200).logging_steps == 1);
}

TEST_CASE("warmup_steps below 1 is a fraction; a schedule without warm-up ignores it") {
  TrainOptions options;
  options.warmup_steps = 0.1;
  CHECK(plan_of(options, 200).step_plan.schedule_length.warmup_steps == 8);
  options.warmup_steps = 12;
  CHECK(plan_of(options, 200).step_plan.schedule_length.warmup_steps == 12);
  options.lr_scheduler_type = "constant";
  CHECK(plan_of(options, 200).step_plan.schedule_length.warmup_steps == 0);
}

TEST_CASE("a fractional number of steps above 1 is refused") {
  const auto check = [](const char* name, double TrainOptions::* option) {
    TrainOptions options;
    options.*option = 2.5;
    const Error error = expect_error([&] { plan_of(options, 100); });
    CHECK(error.kind() == ErrorKind::kUsage);
    CHECK(error.what() == fmt::format("{} is 2.5, which is neither a whole number of steps nor a share below 1", name));
  };
  check("logging_steps", &TrainOptions::logging_steps);
  check("save_steps", &TrainOptions::save_steps);
  check("warmup_steps", &TrainOptions::warmup_steps);
}

TEST_CASE("too few rows for one batch are refused with both numbers") {
  TrainOptions options;
  options.dataloader_drop_last = true;
  const Error error = expect_error([&] { plan_of(options, 7); });
  CHECK(error.kind() == ErrorKind::kInput);
  CHECK(error.what() == std::string("7 rows make no batch of 8"));
  CHECK(contains(error.hint(), "dataloader_drop_last"));
  CHECK(expect_error([] { plan_of({}, 0); }).what() == std::string("0 rows make no batch of 8"));
}

TEST_CASE("the error for contradictory options names both") {
  TrainOptions options;
  options.warmup_steps = 5;
  options.warmup_ratio = 0.1;
  check_contradiction(options, "warmup_steps (5)", "warmup_ratio (0.1)");
  options = {};
  options.early_stopping_patience = 2;
  check_contradiction(options, "early_stopping_patience", "eval_strategy");
  options = {};
  options.load_best_model_at_end = true;
  check_contradiction(options, "load_best_model_at_end", "eval_strategy");
  options.eval_strategy = "epoch";
  check_contradiction(options, "eval_strategy is \"epoch\"", "save_strategy is \"steps\"");
  options.eval_strategy = "steps";
  options.eval_steps = 4;
  options.save_steps = 6;
  check_contradiction(options, "save_steps (6)", "eval_steps (4)");
  options.save_steps = 8;
  CHECK(plan_of(options, 100).save_steps == 8);
}

TEST_CASE("contradictions and unknown names are found from the options alone") {
  const auto check = [](const std::string& what, const std::function<void(TrainOptions&)>& set) {
    TrainOptions options;
    set(options);
    const Error error = expect_error([&] { check_options_of(options); });
    INFO(error.what());
    CHECK(error.kind() == ErrorKind::kUsage);
    CHECK(contains(error.what(), what));
    CHECK_FALSE(error.hint().empty());
  };
  check("warmup_ratio", [](TrainOptions& o) { o.warmup_steps = 5, o.warmup_ratio = 0.1; });
  check("early_stopping_patience", [](TrainOptions& o) { o.early_stopping_patience = 2; });
  check("load_best_model_at_end", [](TrainOptions& o) { o.load_best_model_at_end = true; });
  check("save_steps (6)", [](TrainOptions& o) {
    o.load_best_model_at_end = true, o.eval_strategy = "steps", o.eval_steps = 4, o.save_steps = 6;
  });
  check("logging_steps is 2.5", [](TrainOptions& o) { o.logging_steps = 2.5; });
  check("eval_steps is 1.5", [](TrainOptions& o) { o.eval_steps = 1.5; });
  check("unknown optim \"adamx\"", [](TrainOptions& o) { o.optim = "adamx"; });
  check("unknown lr_scheduler_type \"linaer\"", [](TrainOptions& o) { o.lr_scheduler_type = "linaer"; });
  check("unknown metric_for_best_model \"acuracy\"", [](TrainOptions& o) { o.metric_for_best_model = "acuracy"; });
  CHECK_NOTHROW(check_options_of({}));
}

TEST_CASE("fractions that make save_steps no multiple of eval_steps are refused once the number of steps is known") {
  TrainOptions options;
  options.load_best_model_at_end = true;
  options.eval_strategy = "steps";
  options.eval_steps = 0.1;
  options.save_steps = 0.25;
  CHECK_NOTHROW(check_options_of(options));
  // 39 steps: 4 and 10.
  check_contradiction(options, "save_steps (10)", "eval_steps (4)");
}

TEST_CASE("the number of due evaluations is counted for any range of steps") {
  TrainOptions options;
  options.max_steps = 37;
  for (const auto& [strategy, steps] :
       {std::pair("no", 1.0), std::pair("epoch", 1.0), std::pair("steps", 5.0), std::pair("steps", 37.0)}) {
    options.eval_strategy = strategy;
    options.eval_steps = steps;
    const Plan plan = plan_of(options, 80);  // 10 steps an epoch
    for (int64_t from = 0; from <= plan.total_steps; ++from) {
      int64_t expected = 0;
      for (int64_t to = from; to <= plan.total_steps; ++to) {
        expected += to > from && plan.evaluates_at(to);
        INFO(std::string(strategy) << ", after " << from << ", at most " << to);
        CHECK(plan.evaluations_between(from, to) == expected);
      }
    }
  }
}

TEST_CASE("the step plan has the chosen optimizer and schedule") {
  TrainOptions options;
  options.optim = "sgd";
  options.lr_scheduler_type = "constant_with_warmup";
  options.learning_rate = 0.5;
  options.warmup_steps = 4;
  options.label_smoothing_factor = 0.2;
  options.weight_decay = 0.01;
  const StepPlan step = plan_of(options, 200).step_plan;
  CHECK(step.optimizer->name == "sgd");
  CHECK(step.optimizer_options.weight_decay == 0.01);
  CHECK(step.learning_rate(1) == 0.125);
  CHECK(step.learning_rate(70) == 0.5);
}

TEST_CASE("without a metric, early stopping or the best model, none is watched") {
  CHECK(best_metric_of({}).key.empty());
  TrainOptions options;
  options.load_best_model_at_end = true;
  CHECK(best_metric_of(options).key == "eval_loss");
  CHECK(best_metric_of(options).is_loaded_at_end);
  options = {};
  options.early_stopping_patience = 1;
  options.early_stopping_threshold = 0.01;
  CHECK(best_metric_of(options).key == "eval_loss");
  CHECK(best_metric_of(options).patience == 1);
  CHECK(best_metric_of(options).threshold == 0.01);
}

TEST_CASE("whether more of a metric is better is a fact of the metric, unless the user says otherwise") {
  const metric::Metric metrics[] = {{"rmse", "an error", metric::Better::kLower}, {"f1", "a score"}};
  const std::pair<const char*, bool> rows[] = {{"loss", false}, {"rmse", false}, {"f1", true}};
  for (const auto& [name, greater_is_better] : rows) {
    for (const std::string prefix : {"", "eval_"}) {
      INFO(std::string(prefix + name));
      TrainOptions options;
      options.metric_for_best_model = prefix + name;
      CHECK(best_metric(options, metrics).key == std::string("eval_") + name);
      CHECK(best_metric(options, metrics).greater_is_better == greater_is_better);
      options.greater_is_better = !greater_is_better;
      CHECK(best_metric(options, metrics).greater_is_better == !greater_is_better);
    }
  }
}

TEST_CASE("settings of optimizers, schedules and rates that contradict each other are errors") {
  const auto failure = [](const std::function<void(TrainOptions&)>& set) {
    TrainOptions options;
    set(options);
    const Error error = expect_error([&] { check_options_of(options); });
    CHECK(error.kind() == ErrorKind::kUsage);
    return std::string(error.what()) + "; " + error.hint();
  };
  CHECK(contains(failure([](TrainOptions& o) { o.momentum = 0.9; }), "momentum is given, but optim is \"adamw\""));
  CHECK(contains(failure([](TrainOptions& o) { o.nesterov = true; }), "nesterov is given, but optim is"));
  CHECK(contains(failure([](TrainOptions& o) { o.optim = "sgd", o.nesterov = true; }), "add --momentum 0.9"));
  CHECK(contains(failure([](TrainOptions& o) { o.learning_rate = 0, o.head_learning_rate = 1e-3; }),
                 "learning_rate is 0"));
  CHECK(contains(failure([](TrainOptions& o) { o.lr_scheduler_type = "reduce_lr_on_plateau"; }), "needs evaluations"));
  CHECK(contains(failure([](TrainOptions& o) { o.lr_scheduler_kwargs = "power=2"; }),
                 "the schedule linear has no settings"));
  CHECK(contains(failure([](TrainOptions& o) { o.lr_scheduler_type = "cosine_with_min_lr"; }),
                 "needs min_lr or min_lr_rate"));
  TrainOptions fine;
  fine.optim = "sgd";
  fine.momentum = 0.9;
  fine.nesterov = true;
  fine.head_learning_rate = 1e-3;
  fine.lr_scheduler_type = "warmup_stable_decay";
  fine.lr_scheduler_kwargs = "num_decay_steps=3";
  CHECK_NOTHROW(check_options_of(fine));
}

}  // namespace plan_test
