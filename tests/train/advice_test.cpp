#include "train/advice.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "expect_error.h"
#include "train/train_fixture.h"

namespace advice_test {

using namespace hone;
using namespace hone::train;

// A run of 20 rows, 3 steps an epoch, that deserves no warning.
struct Case {
  Case() {
    options.logging_steps = 3;
    options.max_seq_length = 16;
    for (uint64_t row = 0; row < 20; ++row) add_row(train, 10, row, static_cast<int64_t>(row % 2));
  }
  std::vector<std::string> notes() const {
    const Plan plan = plan_of(options, static_cast<int64_t>(train.texts.features.size()));
    return advice({options, plan, *examples_of(train), static_cast<uint64_t>(options.max_seq_length), is_from_scratch});
  }
  // Returns whether there is exactly one warning, and it contains all these numbers and options.
  bool warns_of(const std::vector<std::string>& facts) const {
    const auto found = notes();
    REQUIRE(found.size() == 1);
    INFO(found[0]);
    return std::all_of(facts.begin(), facts.end(), [&](const std::string& fact) {
      CHECK_MESSAGE(contains(found[0], fact), fact);
      return contains(found[0], fact);
    });
  }

  TrainOptions options;
  task::ClassifiedTexts train{.names = {"NEGATIVE", "POSITIVE"}};
  bool is_from_scratch = false;
};

TEST_CASE("a run with sensible options gets no warning") { CHECK(Case().notes().empty()); }

TEST_CASE("a warm-up of more than half the run is reported with both numbers") {
  Case with;
  with.options.warmup_steps = 4;
  CHECK(with.notes().empty());
  with.options.warmup_steps = 5;
  CHECK(with.warns_of({" 5 of 9 steps", "--warmup-ratio 0.1"}));
  with.options.warmup_steps = 50;
  CHECK(with.warns_of({" 9 of 9 steps"}));
}

TEST_CASE("a warm-up that the schedule ignores is reported") {
  Case with;
  with.options.lr_scheduler_type = "constant";
  with.options.warmup_ratio = 0.1;
  CHECK(with.warns_of({"lr_scheduler_type constant ", "warmup_ratio", "constant_with_warmup"}));
  with.options.warmup_ratio = {};
  CHECK(with.notes().empty());
}

TEST_CASE("a logging interval beyond the last step is reported with one that works") {
  Case with;
  with.options.logging_steps = 10;
  CHECK(with.warns_of({"logging_steps is 10", "9 steps", "--logging-steps 1"}));
  with.options.log_style = "epoch";  // which prints losses without the log
  CHECK(with.notes().empty());
  with.options.max_steps = 2;  // less than an epoch, so that no line is printed
  CHECK(with.warns_of({"logging_steps is 10", "2 steps", "--logging-steps 1"}));
  with.options.log_style = "none";
  CHECK(with.notes().empty());
  with.options.max_steps = -1;
  with.options.log_style = "steps";
  with.options.logging_steps = 9;
  CHECK(with.notes().empty());
  with.options.max_steps = 1;
  CHECK(with.warns_of({"1 step:"}));
}

TEST_CASE("padding that was asked for is reported with the tokens that it would add") {
  Case with;
  with.options.pad_to_max_length = true;
  with.options.max_seq_length = 512;
  // 20 rows of 10 tokens: padding adds 20 * 512 - 200 tokens, in total 51.2 times as many.
  CHECK(with.warns_of({"pad_to_max_length", " 10040 ", " 200 ", "51.2 times"}));
}

TEST_CASE("a learning rate of 0, and one far too high, are reported") {
  Case with;
  with.options.learning_rate = 0;
  CHECK(with.warns_of({"learning_rate is 0,"}));
  with.options.learning_rate = 0.01;
  CHECK(with.warns_of({"learning_rate 0.01 ", "1e-5 to 1e-4"}));
  with.is_from_scratch = true;  // nothing can be lost
  CHECK(with.notes().empty());
  with.options.optim = "sgd";
  CHECK(with.notes().empty());
}

TEST_CASE("a lowest rate that is not below the peak is reported, also the default of greedy") {
  Case with;
  with.options.eval_strategy = "epoch";
  with.options.lr_scheduler_type = "greedy";
  with.options.learning_rate = 5e-5;
  CHECK(with.warns_of({"greedy", "learning_rate 5e-05", "min_lr is 0.001", "--lr-scheduler-kwargs min_lr=5e-07"}));
  with.options.lr_scheduler_kwargs = "min_lr=5e-5";
  CHECK(with.warns_of({"min_lr is 5e-05"}));
  with.options.lr_scheduler_kwargs = "min_lr=4e-5";
  CHECK(with.notes().empty());
  with.options.lr_scheduler_type = "reduce_lr_on_plateau";
  with.options.lr_scheduler_kwargs = "";
  CHECK(with.notes().empty());
  with.options.lr_scheduler_kwargs = "min_lr=1e-3";
  CHECK(with.warns_of({"reduce_lr_on_plateau", "min_lr is 0.001"}));
}

TEST_CASE("options without effect are reported with the option that they require") {
  Case with;
  with.options.logging_dir = "logs";
  CHECK(with.warns_of({"logging_dir logs ", "--report-to tensorboard"}));
  with.options.report_to = {"tensorboard"};
  CHECK(with.notes().empty());
  with.options.eval_steps = 3;
  CHECK(with.warns_of({"eval_steps 3 ", "--eval-strategy steps"}));
  with.options.eval_strategy = "steps";
  with.options.metric_for_best_model = "f1";
  CHECK(with.notes().empty());
  with.options.eval_steps = {};
  with.options.eval_strategy = "no";
  CHECK(with.warns_of({"metric_for_best_model f1 ", "--eval-strategy"}));
}

}  // namespace advice_test
