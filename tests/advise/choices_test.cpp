#include "advise/choices.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <set>

#include "advise/made_before.h"
#include "expect_error.h"

namespace choices_test {

using namespace hone;
using namespace hone::advise;

constexpr BatchPlan kBatch{.batch_size = 16};

Json value_of(const Before& before, std::string_view option, const BatchPlan& batch = kBatch) {
  const std::vector<Choice> choices = choose(before, batch);
  const Json* const value = chosen(choices, option);
  return value == nullptr ? Json() : *value;
}

std::string reason_of(const std::vector<Choice>& choices, std::string_view option) {
  for (const Choice& choice : choices) {
    if (choice.option == option) return choice.reason(Language::kEnglish);
  }
  return "";
}

TEST_CASE("max_seq_length is the multiple of 16 that covers 99 % of the rows") {
  Before before = made_before();  // lengths 1 to 100: 99 % have at most 99
  CHECK(value_of(before, "max_seq_length") == 112);
  CHECK(
      reason_of(choose(before, kBatch), "max_seq_length").starts_with("covers 99% of the rows (99 tokens; median 50"));
  before.rows.lengths = std::vector<uint32_t>(98, 20);
  before.rows.lengths.insert(before.rows.lengths.end(), {400, 5000});
  CHECK(value_of(before, "max_seq_length") == 400);
  CHECK(value_of(before, "long_text").is_null());  // only 1 % is longer
  before.rows.lengths = {3, 4};
  CHECK(value_of(before, "max_seq_length") == 16);
}

TEST_CASE("max_seq_length is at most the model's, and many longer rows are read in windows, unless they are pairs") {
  Before before = made_before();
  before.checkpoints[0].max_length = 90;  // 10 of 100 rows are longer
  CHECK(value_of(before, "max_seq_length") == 90);
  CHECK(value_of(before, "long_text") == "windows");
  CHECK(reason_of(choose(before, kBatch), "long_text").starts_with("10.0% of the rows"));
  before.rows.has_pairs = true;
  CHECK(value_of(before, "long_text").is_null());
  before.rows.has_pairs = false;
  before.rows.task = "token-classification";
  CHECK(value_of(before, "long_text").is_null());
}

TEST_CASE("epochs, batch and learning rate follow the rows and the model: S4's 2 to 4 epochs, 16 or 32, 2e-5 to 5e-5") {
  Before before = made_before();
  CHECK(value_of(before, "num_train_epochs") == 3.0);
  CHECK(value_of(before, "early_stopping_patience").is_null());
  CHECK(value_of(before, "learning_rate") == 3e-5);
  CHECK(value_of(before, "logging_steps") == 37);  // 3 * 250 / 20
  before.rows.num_train = 300;
  CHECK(value_of(before, "num_train_epochs") == 10.0);
  CHECK(value_of(before, "early_stopping_patience") == 2);
  before.rows.num_train = 1'000'000;
  CHECK(value_of(before, "num_train_epochs") == 2.0);
  CHECK(usual_batch(100) == 8);
  CHECK(usual_batch(4000) == 16);
  CHECK(usual_batch(25000) == 32);
  for (const int64_t parameters : {22'000'000, 110'000'000, 340'000'000}) {
    const RateRange range = rate_range(parameters, TrainedPart::kAll);
    CHECK(range.low < range.usual);
    CHECK(range.usual < range.high);
  }
  CHECK(rate_range(340'000'000, TrainedPart::kAll).usual == 1e-5);
  CHECK(rate_range(110'000'000, TrainedPart::kHead).usual == 1e-3);
}

TEST_CASE("imbalanced labels get weights and a metric for which all count the same; rows to evaluate are held out") {
  Before before = made_before();
  CHECK(value_of(before, "class_weights").is_null());
  CHECK(value_of(before, "metric_for_best_model") == "accuracy");
  CHECK(value_of(before, "validation_split") == 0.1);
  before.rows.classes = {{"a", 100}, {"b", 300}};
  CHECK(value_of(before, "class_weights") == Json::array({"balanced"}));
  CHECK(value_of(before, "metric_for_best_model") == "f1_macro");
  before.rows.classes = {{"a", 101}, {"b", 300}};
  CHECK(value_of(before, "class_weights").is_null());
  before.rows.has_evaluation = true;
  CHECK(value_of(before, "validation_split").is_null());
  before.rows.classes.clear();
  before.rows.task = "regression";
  CHECK(value_of(before, "metric_for_best_model").is_null());
}

TEST_CASE("what is given is not chosen again; without rows to evaluate nothing is chosen that needs them") {
  Before before = made_before();
  const std::vector<Choice> given = {given_choice("validation_split", 0.2)};
  CHECK(chosen(choose(before, kBatch, given), "validation_split") == nullptr);
  CHECK(chosen(choose(before, kBatch, given), "eval_strategy") != nullptr);
  before.rows.is_unevaluated = true;
  before.rows.num_train = 300;  // else with early stopping
  for (const char* option : {"validation_split", "eval_strategy", "load_best_model_at_end", "metric_for_best_model",
                             "early_stopping_patience"}) {
    CAPTURE(option);
    CHECK(value_of(before, option).is_null());
  }
  CHECK(value_of(before, "num_train_epochs") == 10.0);
  CHECK_FALSE(contains(reason_of(choose(before, kBatch), "num_train_epochs"), "early stopping"));
}

TEST_CASE("a step that needs too much memory is divided; then activations are recomputed; then nothing fits") {
  const Measured measured = made_before().measured[0];  // 1 GB, and 10 MB for each row of 100 tokens
  const auto plan = [&](uint64_t memory) { return fitting_batch(measured, 32, memory); };
  CHECK(plan(0).batch_size == 32);
  CHECK(plan(2'000'000'000).batch_size == 32);  // 1.32 GB of 1.8
  CHECK(plan(1'400'000'000).batch_size == 16);  // 1.32 GB is over 1.26, 1.16 is not
  CHECK(plan(1'400'000'000).accumulation == 2);
  CHECK(plan(1'400'000'000).rows_per_step() == 32);
  CHECK_FALSE(plan(1'400'000'000).checkpointing);
  const BatchPlan tight = plan(1'145'000'000);  // 1.0305 GB: 4 rows need 1.04; 8 whose activations are recomputed 1.024
  CHECK(tight.checkpointing);
  CHECK(tight.fits);
  CHECK(tight.rows_per_step() == 32);
  CHECK_FALSE(plan(1'000'000'000).fits);
  const std::vector<Choice> choices = choose(made_before(), tight);
  CHECK(*chosen(choices, "gradient_checkpointing") == true);
  CHECK(*chosen(choices, "gradient_accumulation_steps") == tight.accumulation);
}

TEST_CASE("every choice has a reason in both languages and flags that can be pasted") {
  std::set<const ChoiceRow*> reached;
  for (const Before& before : made_cases()) {
    for (const BatchPlan& batch : {kBatch, BatchPlan{.batch_size = 4, .accumulation = 4, .checkpointing = true}}) {
      for (const int64_t parameters : {22'000'000, 110'000'000, 340'000'000}) {
        Before changed = before;
        changed.checkpoints[0].num_parameters = parameters;
        changed.rows.num_train = parameters == 22'000'000 ? 300 : parameters == 110'000'000 ? 4000 : 90000;
        for (const Choice& choice : choose(changed, batch)) {
          CAPTURE(choice.option);
          REQUIRE(choice.row != nullptr);
          reached.insert(choice.row);
          CHECK_FALSE(choice.reason(Language::kEnglish).empty());
          CHECK_FALSE(choice.reason(Language::kChinese).empty());
          CHECK(choice.flags().starts_with("--"));
        }
      }
    }
  }
  for (const ChoiceRow& row : choice_rows()) {
    CAPTURE(row.option);
    CAPTURE(row.reason_id);
    CHECK((row.reason_id == "given" || reached.contains(&row)));
  }
  CHECK(Choice{"load_best_model_at_end", true, {}}.flags() == "--load-best-model-at-end");
  CHECK(Choice{"test_at_end", false, {}}.flags() == "--no-test-at-end");
  CHECK(Choice{"train_file", Json::array({"a.csv", "b.csv"}), {}}.flags() == "--train-file a.csv,b.csv");
  CHECK(Choice{"learning_rate", 3e-5, {}}.flags() == "--learning-rate 3e-05");
  CHECK(Choice{"validation_split", 0.123456789, {}}.flags() == "--validation-split 0.123456789");
  CHECK(Choice{"train_file", Json::array({"a,b.csv", "c\"d.csv"}), {}}.flags() == "--train-file a\\,b.csv,c\\\"d.csv");
}

TEST_CASE("an option that the user gave has a reason, an own one where it helps") {
  CHECK(given_choice("dataset", "rows.csv").reason(Language::kEnglish) == "the rows");
  CHECK(given_choice("text_column", "body").reason(Language::kEnglish) == "as given");
}

}  // namespace choices_test
