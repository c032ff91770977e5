#include "train/model_card.h"

#include <doctest/doctest.h>

#include "expect_error.h"
#include "train/json_fixture.h"
#include "train/plan_fixture.h"

namespace model_card_test {

using namespace hone;
using namespace hone::train;

std::string card(const Json& log_history, const std::filesystem::path& output_dir = "runs/reviews") {
  TrainOptions options;
  options.output_dir = output_dir;
  options.model_name_or_path = "models/tiny-bert/";
  options.per_device_train_batch_size = 16;
  options.learning_rate = 2e-5;
  options.warmup_ratio = 0.1;
  const Plan plan = plan_of(options, 1600);
  return model_card({options, plan, log_history, "BertForSequenceClassification", "text-classification",
                     "for the labels: NEGATIVE, POSITIVE", "held-out", "0.1"});
}

TEST_CASE("the card begins with metadata that model hubs read") {
  const std::string text = card(Json::array());
  CHECK(text.starts_with("---\nlibrary_name: transformers\npipeline_tag: text-classification\n"));
  CHECK(contains(text, "\n---\n\n# reviews\n"));
}

TEST_CASE("the card describes the model, its base model, the training and the use") {
  const std::string text = card(Json::array());
  CHECK(contains(text, "BertForSequenceClassification fine-tuned from tiny-bert with hone 0.1"));
  CHECK(contains(text, "NEGATIVE, POSITIVE"));
  CHECK(contains(text, "| rows | 1600 |"));
  CHECK(contains(text, "| steps | 300 of 16 rows |"));
  CHECK(contains(text, "| learning rate | 2e-05, linear, 30 warm-up steps |"));
  CHECK(contains(text, "hone predict --model runs/reviews"));
  CHECK(contains(text, "pipeline(\"text-classification\", model=\"runs/reviews\")"));
  CHECK(contains(card(Json::array(), "runs/reviews/"), "# reviews\n"));
}

TEST_CASE("the card of an adapter is PEFT's, and says how Python loads it with its base model") {
  TrainOptions options;
  options.output_dir = "runs/adapter";
  options.model_name_or_path = "models/tiny-bert";
  const Plan plan = plan_of(options, 1600);
  ModelCardInputs inputs{options, plan, Json::array(), "BertForSequenceClassification", "text-classification",
                         "",      "",   "0.1"};
  inputs.adapters = "LoRA of rank 8";
  inputs.base_model = "/models/tiny-bert";
  inputs.num_labels = 3;
  const std::string text = model_card(inputs);
  CHECK(text.starts_with("---\nlibrary_name: peft\n"));
  CHECK(contains(text, "| adapters | LoRA of rank 8 |"));
  CHECK(contains(text, "base = BertForSequenceClassification.from_pretrained(\"/models/tiny-bert\", num_labels=3, "));
  CHECK(contains(text, "PeftModel.from_pretrained(base, \"runs/adapter\")"));
}

TEST_CASE("each evaluation has a row, unless its loss is not finite") {
  CHECK(contains(card(Json::array()), "The model was not evaluated during the training."));
  const Json log = {
      {{"loss", 0.5}, {"step", 10}},
      {{"eval_loss", 0.31234}, {"eval_accuracy", 0.875}, {"eval_f1", 0.87}, {"epoch", 1.0}, {"step", 100}},
      {{"eval_loss", nullptr}, {"eval_accuracy", 0.5}, {"eval_f1", 0.5}, {"epoch", 2.0}, {"step", 200}}};
  const std::string text = card(log);
  CHECK(contains(text, "On the held-out rows:"));
  CHECK(contains(text, "| 100 | 1.00 | 0.3123 | 0.8750 | 0.8700 |\n"));
  CHECK_FALSE(contains(text, "| 200 |"));
  CHECK_FALSE(contains(text, "not evaluated"));
}

}  // namespace model_card_test
