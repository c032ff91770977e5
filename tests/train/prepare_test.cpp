#include "train/prepare.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "base/files.h"
#include "captured_log.h"
#include "cli/eval_options.h"
#include "expect_error.h"
#include "temporary_folder.h"
#include "train/train_fixture.h"

namespace prepare_test {

using namespace hone;
using namespace hone::train;

namespace fs = std::filesystem;

// Returns options with four rows. tiny-bert has the labels NEGATIVE, NEUTRAL and POSITIVE, and at most 40 tokens.
TrainOptions options_of(const TemporaryFolder& folder, const std::string& last_row = "a film,NEUTRAL\n") {
  TrainOptions options;
  options.model_name_or_path = fixture_models() / "tiny-bert";
  options.train_file = {
      folder.write("train.csv", "text,label\ngood,POSITIVE\nbad,NEGATIVE\nfun,POSITIVE\n" + last_row).string()};
  options.compute = {.num_threads = 1, .device = "cpu", .precision = "fp32"};
  return options;
}

uint64_t longest(const task::Examples& features) {
  uint64_t length = 0;
  for (uint64_t row = 0; row < features.size(); ++row) length = std::max(length, features.length(row));
  return length;
}

TEST_CASE("prepare() reads rows, labels and model, and tokenizes the rows") {
  const TemporaryFolder folder;
  TrainOptions options = options_of(folder);
  options.validation_file = {folder.write("validation.csv", "text,label\nboring,NEGATIVE\n").string()};
  const Prepared made = prepare(options);
  CHECK(made.loaded.config.labels() == std::vector<std::string>{"NEGATIVE", "NEUTRAL", "POSITIVE"});
  CHECK(made.train->size() == 4);
  CHECK(made.train->target_counts() == "NEGATIVE (1), NEUTRAL (1), POSITIVE (2)");
  REQUIRE(made.evaluation != nullptr);
  CHECK(made.evaluation->preview(0) == "NEGATIVE \"boring\"");
  CHECK(made.loaded.model->num_outputs() == 3);
}

TEST_CASE("prepare() refuses an option of another task") {
  const TemporaryFolder folder;
  const TrainOptions options = options_of(folder);
  const std::vector<options::GivenOption> given = {{"regression_loss", "run.yaml:3: regression_loss"}};
  const Error error = expect_error([&] { prepare(options, given); });
  CHECK(error.kind() == ErrorKind::kUsage);
  CHECK(std::string(error.what()) ==
        "run.yaml:3: regression_loss is an option of regression; the task is text-classification");
}

TEST_CASE("every option that a task's row names is an option of train or eval") {
  TrainOptions train_defaults;
  cli::EvalOptions eval_defaults;
  const auto of_train = options::fields_of(train_defaults), of_eval = options::fields_of(eval_defaults);
  for (const task::TaskRow& row : task::tasks()) {
    for (const std::string_view name : row.options) {
      CAPTURE(name);
      CHECK((of_train.find(name) != nullptr || of_eval.find(name) != nullptr));
    }
  }
}

TEST_CASE("class weights are saved in config.json, if the training has any") {
  const TemporaryFolder folder;
  TrainOptions options = options_of(folder);
  CHECK_FALSE(prepare(options).loaded.config.json().contains("class_weights"));
  options.class_weights = {"POSITIVE=2"};
  CHECK(prepare(options).loaded.config.class_weights() == std::vector<double>{1, 1, 2});
}

TEST_CASE("rows are truncated at max_seq_length, or at the model's limit if that is smaller") {
  const TemporaryFolder folder;
  std::string words;
  for (int i = 0; i < 200; ++i) words += "good ";
  TrainOptions options = options_of(folder, words + ",NEUTRAL\n");
  for (const int64_t max_seq_length : {6, 39, 40, 41, 512}) {
    INFO("max_seq_length " << max_seq_length);
    options.max_seq_length = max_seq_length;
    const int64_t expected = std::min<int64_t>(max_seq_length, 40);
    std::optional<Prepared> made;
    const std::string said = captured_log([&] { made.emplace(prepare(options)); });
    CHECK(made->max_length == static_cast<size_t>(expected));
    CHECK(longest(*made->train) == static_cast<uint64_t>(expected));
    CHECK(contains(said, "the model takes at most 40 tokens") == (max_seq_length > 40));
  }
}

TEST_CASE("config_overrides reach the model, and an override without the form KEY=VALUE is refused") {
  const TemporaryFolder folder;
  TrainOptions options = options_of(folder);
  options.config_overrides = {"hidden_dropout_prob=0", "attention_probs_dropout_prob=0"};
  const Prepared made = prepare(options);
  CHECK(made.loaded.config.json()["hidden_dropout_prob"] == 0);
  using Pair = std::pair<std::string, std::string>;
  CHECK(config_overrides_of({"a=b=c", "x="}) == std::vector<Pair>{{"a", "b=c"}, {"x", ""}});
  for (const char* bad : {"hidden_dropout_prob", "=0", ""}) {
    const Error error = expect_error([&] { config_overrides_of({bad}); });
    CHECK(error.kind() == ErrorKind::kUsage);
    CHECK(error.what() == fmt::format("config_overrides \"{}\" is not KEY=VALUE", bad));
    CHECK_FALSE(error.hint().empty());
  }
}

TEST_CASE("a tokenizer with more tokens than the model's embedding is refused") {
  const TemporaryFolder folder;
  TrainOptions options = options_of(folder);
  fs::copy(options.model_name_or_path, folder.path() / "model");
  options.model_name_or_path = folder.path() / "model";
  fs::remove(folder.path() / "model" / "tokenizer.json");
  folder.write("model/vocab.txt", read_file(folder.path() / "model" / "vocab.txt") + "one\ntwo\n");
  const Error error = expect_error([&] { prepare(options); });
  CHECK(error.kind() == ErrorKind::kInput);
  CHECK(contains(error.what(), "the tokenizer has 108 tokens, the model's embedding only 106"));
  CHECK(contains(error.hint(), "belongs to another model"));
}

TEST_CASE("the written model files include the options, and another run can start from them") {
  const TemporaryFolder folder;
  const Prepared made = prepare(options_of(folder));
  write_model_files(made, {{"seed", 7}}, folder.path() / "saved");
  CHECK(read_json(folder.path() / "saved" / "training_args.json") == Json{{"seed", 7}});
  TrainOptions options = options_of(folder);
  options.model_name_or_path = folder.path() / "saved";
  CHECK(prepare(options).loaded.config.labels() == made.loaded.config.labels());
}

TEST_CASE("the facts name the task's labels and metrics, and count the rows") {
  const TemporaryFolder folder;
  TrainOptions options = options_of(folder);
  options.validation_file = {folder.write("validation.csv", "text,label\nboring,NEGATIVE\nfun,POSITIVE\n").string()};
  const Prepared made = prepare(options);
  const RunFacts facts = facts_of(made, tensor::prepare_compute(options.compute));
  CHECK(facts.values["num_train_rows"] == 4);
  CHECK(facts.values["num_eval_rows"] == 2);
  CHECK(facts.values["precision"] == "fp32");
  CHECK(facts.values["labels"] == Json({"NEGATIVE", "NEUTRAL", "POSITIVE"}));
  CHECK(facts.values["metrics"][0].dump() == R"({"name":"accuracy","better":"higher","in_log":true})");
}

}  // namespace prepare_test
