#include "task/regression.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/tensor.h>
#include <doctest/doctest.h>

#include <cmath>

#include "captured_log.h"
#include "eval/metrics_fixture.h"
#include "expect_error.h"
#include "metric/regression.h"
#include "model/load.h"
#include "table/read.h"
#include "task/regression_examples.h"
#include "task/splits.h"

namespace regression_test {

using namespace hone;

struct Chosen {
  std::unique_ptr<task::Task> task;
  task::TrainingRows rows;
};

// The rows of a csv file, adopted by regression.
Chosen chosen(const TemporaryFolder& folder, const std::string& csv, task::RowOptions options = {},
              const model::ModelConfig& config = {}, task::Purpose purpose = task::Purpose::kTrain) {
  options.dataset = folder.write("train.csv", csv);
  Chosen made{task::find_task("regression").make({.rows = options}, config, purpose), {}};
  const task::SplitRequest request{.rows = options};
  made.rows = task::choose_training_rows(task::read_splits(request), request, *made.task);
  return made;
}

Error refused(const std::string& csv, const task::RowOptions& options = {}) {
  const TemporaryFolder folder;
  return expect_error([&] { chosen(folder, csv, options); });
}

// tiny-bert with a head of `num_outputs` numbers.
model::LoadedModel tiny_model(size_t num_outputs) {
  model::ModelRequest request{fixtures() / "models" / "tiny-bert"};
  for (size_t i = 0; i < num_outputs; ++i) request.id2label.push_back(fmt::format("LABEL_{}", i));
  request.ignore_mismatched_sizes = true;
  return model::load_model(request);
}

std::unique_ptr<task::Examples> examples_of(const Chosen& from, const text::Tokenizer& tokenizer) {
  return from.task->examples(from.rows.train, "rows", {tokenizer, tokenizer.vocab_size(), 40});
}

// "good" and "bad movie", tokenized.
task::TextRows two_texts() {
  const TemporaryFolder folder;
  const auto tokenizer = text::Tokenizer::load(fixtures() / "models" / "tiny-bert");
  return task::read_text_rows(table::read_rows(folder.write("rows.csv", "text\ngood\nbad movie\n")), {"text", {}},
                              "rows", {tokenizer, tokenizer.vocab_size(), 40});
}

TEST_CASE("the loss is torch's sum over all targets, whose number is known before the forward pass") {
  const model::LoadedModel loaded = tiny_model(2);
  const task::TextRows texts = two_texts();
  const std::vector<uint64_t> rows = {1, 0};
  const at::Tensor outputs = loaded.model->forward(task::make_batch(texts.features, rows), {}).to(at::kDouble);
  const at::Tensor targets = at::tensor({5.0, -1.0, 0.5, 2.0}).view({2, 2});  // of row 1, then of row 0
  const at::Tensor error = outputs - targets;
  const std::pair<const char*, double> expected[] = {{"mse", error.square().sum().item<double>()},
                                                     {"mae", error.abs().sum().item<double>()},
                                                     {"huber", (error.abs() <= 1)
                                                                   .mul(error.square() * 0.5)
                                                                   .add((error.abs() > 1).mul(error.abs() - 0.5))
                                                                   .sum()
                                                                   .item<double>()}};
  for (const auto& [name, loss] : expected) {
    CAPTURE(name);
    const auto examples = task::make_examples(
        task::RatedTexts{.texts = texts, .targets = {0.5, 2.0, 5.0, -1.0}, .names = {"a", "b"}, .loss = name});
    CHECK(examples->num_targets(rows, {}) == 4);
    CHECK(examples->loss(*loaded.model, rows, {}).item<double>() == doctest::Approx(loss).epsilon(1e-6));
    const auto evaluation = examples->evaluation({1});
    evaluation->add(*loaded.model, rows);
    const metric::Report report = evaluation->report();
    CHECK(report.loss == doctest::Approx(loss / 4).epsilon(1e-6));
    CHECK(report.num_rows == 2);
    CHECK(report.num_targets == 4);
    const Json& worst = report.panels.back().data;
    REQUIRE(worst.size() == 1);
    CHECK(worst[0]["label"].size() == 2);
    CHECK(worst[0]["predicted"].size() == 2);
  }
}

TEST_CASE(
    "the loss of standardized targets is that of the standardized differences; reports have the targets as they are") {
  const model::LoadedModel loaded = tiny_model(1);
  const task::TextRows texts = two_texts();
  const std::vector<uint64_t> rows = {0, 1};
  const at::Tensor outputs =
      loaded.model->forward(task::make_batch(texts.features, rows), {}).to(at::kDouble).flatten();
  const auto examples = task::make_examples(
      task::RatedTexts{.texts = texts, .targets = {90, 110}, .names = {"a"}, .scale = model::OutputScale{{10}, {100}}});
  const double loss = (outputs - at::tensor({-1.0, 1.0})).square().sum().item<double>();
  CHECK(examples->loss(*loaded.model, rows, {}).item<double>() == doctest::Approx(loss).epsilon(1e-6));
  const auto evaluation = examples->evaluation({});
  evaluation->add(*loaded.model, rows);
  const metric::Report report = evaluation->report();
  CHECK(report.loss == doctest::Approx(loss / 2).epsilon(1e-6));
  CHECK(report.value("mse") == doctest::Approx(loss / 2 * 100).epsilon(1e-5));
  CHECK(examples->target_counts() == "a 90 to 110, mean 100");
}

TEST_CASE("targets are standardized with the mean and the deviation of the training rows, which the config keeps") {
  const TemporaryFolder folder;
  task::TaskOptions options{.rows = {.target_columns = {"a", "b"}}, .standardize = true};
  const auto task = task::make_regression(options, {}, task::Purpose::kTrain);
  std::vector<table::LabelledSplit> splits = {
      {"train", table::read_rows(folder.write("train.csv", "text,a,b\nx,1,5\ny,2,5\nz,3,6\n"))}};
  task->adopt(splits);
  task->settle_loss(splits.front().rows);
  model::ModelConfig config;
  task->write_config(config);
  REQUIRE(config.output_scale());
  CHECK(config.output_scale()->shift[0] == doctest::Approx(2));
  CHECK(config.output_scale()->shift[1] == doctest::Approx(16.0 / 3));
  CHECK(config.output_scale()->scale[0] == doctest::Approx(std::sqrt(2.0 / 3)));
  CHECK(config.output_scale()->scale[1] == doctest::Approx(std::sqrt(2.0 / 9)));
}

TEST_CASE("a target that is constant in the training rows is not scaled, whatever rounding makes of its deviation") {
  const TemporaryFolder folder;
  task::TaskOptions options{.rows = {.target_columns = {"a"}}, .standardize = true};
  const auto task = task::make_regression(options, {}, task::Purpose::kTrain);
  std::string rows = "text,a\nz,0.5\n";
  for (int row = 0; row < 10; ++row) rows += "x,0.1\n";
  std::vector<table::LabelledSplit> splits = {{"train", table::read_rows(folder.write("train.csv", rows))}};
  task->adopt(splits);
  std::vector<uint64_t> constant(10);
  for (uint64_t row = 0; row < 10; ++row) constant[row] = row + 1;
  task->settle_loss(splits.front().rows.select(constant));
  model::ModelConfig config;
  task->write_config(config);
  CHECK(config.output_scale()->scale == std::vector<double>{1});
}

TEST_CASE("targets come from the label column or from the named ones, and rows without one are skipped") {
  const TemporaryFolder folder;
  const auto tokenizer = text::Tokenizer::load(fixtures() / "models" / "tiny-bert");
  const std::string log = captured_log([&] {
    const Chosen one = chosen(folder, "text,score\ngood,4.5\nbad,\nfun,1\n");
    CHECK(one.rows.train.size() == 2);
    const auto examples = examples_of(one, tokenizer);
    CHECK(examples->preview(0) == "4.5 \"good\"");
    CHECK(examples->target_counts() == "score 1 to 4.5, mean 2.75");
    model::ModelConfig config;
    one.task->write_config(config);
    CHECK(config.num_labels() == 1);
    CHECK(config.problem_type() == "regression");
  });
  CHECK(contains(log, "skipped 1 row without a target, the first: "));
  CHECK(contains(log, "train.csv:3 (score is null)"));
  const Chosen two = chosen(folder, "text,b,a\ngood,1,2\nbad,3,4\n", {.target_columns = {"a", "b"}});
  CHECK(two.task->facts()["labels"] == Json({"a", "b"}));
  CHECK(examples_of(two, tokenizer)->preview(1) == "4, 3 \"bad\"");
}

TEST_CASE("the error for each kind of bad target names the row or the column") {
  CHECK(contains(refused("text,score\na,1.5\nb,good\n").what(), "train.csv:3: \"score\" is good, not a finite number"));
  CHECK(contains(refused("text,score\na,1.5\nb,NaN\n").what(), "train.csv:3: \"score\" is "));
  CHECK(contains(refused("text,score\na,1.5\nb,inf\n").what(), "not a finite number"));
  const Error constant = refused("text,score\na,2.5\nb,2.5\nc,2.5\n");
  CHECK(std::string(constant.what()) == "all 3 training rows have the same value 2.5 in \"score\"");
  CHECK(contains(constant.hint(), "nothing to learn"));
  CHECK(contains(refused("text,score\na,1\nb,2\n", {.target_columns = {"scor"}}).hint(), "score"));
  CHECK(contains(refused("text,score\na,1\nb,\n", {.strict = true}).what(), "train.csv:3: score is null"));
}

TEST_CASE("columns with the names of a trained model's targets are read by name, in any order") {
  const TemporaryFolder folder;
  model::ModelConfig config;
  config.set_labels({"a", "b"});
  const auto task = task::make_regression({.rows = {.target_columns = {"b", "a"}}}, config, task::Purpose::kUseTrained);
  std::vector<table::LabelledSplit> splits = {
      {"test", table::read_rows(folder.write("test.csv", "text,b,a\ngood,1,2\n"))}};
  task->adopt(splits);
  const auto tokenizer = text::Tokenizer::load(fixtures() / "models" / "tiny-bert");
  CHECK(task->examples(splits.front().rows, "rows", {tokenizer, tokenizer.vocab_size(), 40})->preview(0) ==
        "2, 1 \"good\"");
}

TEST_CASE("a trained model's number of targets must be that of the rows") {
  const TemporaryFolder folder;
  model::ModelConfig config;
  config.set_labels({"a", "b"});
  const Error error =
      expect_error([&] { chosen(folder, "text,score\nx,1\ny,2\n", {}, config, task::Purpose::kUseTrained); });
  CHECK(std::string(error.what()) == "the model predicts 2 numbers, the rows have 1 target column");
  CHECK(contains(error.hint(), "--target-columns"));
}

}  // namespace regression_test
