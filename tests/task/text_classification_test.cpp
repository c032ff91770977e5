#include "task/text_classification.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/tensor.h>
#include <doctest/doctest.h>

#include "captured_log.h"
#include "eval/metrics_fixture.h"
#include "expect_error.h"
#include "metric/classification.h"
#include "table/read.h"
#include "task/chosen_rows.h"
#include "tensor/cross_entropy.h"

namespace text_classification_test {

using namespace hone;

at::Tensor matrix(const Json& rows) {
  std::vector<double> values;
  for (const Json& row : rows) {
    for (const Json& value : row) values.push_back(value.get<double>());
  }
  const auto num_rows = static_cast<int64_t>(rows.size());
  return at::tensor(values).to(at::kFloat).view({num_rows, -1});
}

// Rows of ten tokens with these labels.
std::unique_ptr<task::Examples> examples_of(const std::vector<int64_t>& labels, std::vector<std::string> names) {
  task::ClassifiedTexts texts{
      .texts = {.max_length = 16, .num_special_tokens = 2}, .labels = labels, .names = std::move(names)};
  for (size_t row = 0; row < labels.size(); ++row) {
    text::Encoding encoding;
    encoding.ids.assign(10, 5);
    encoding.type_ids.assign(10, 0);
    texts.texts.features.add(encoding);
  }
  return task::make_examples(std::move(texts));
}

TEST_CASE("classes without training rows are named") {
  CHECK(examples_of({0, 1, 0, 1}, {"NEGATIVE", "POSITIVE"})->findings().empty());
  const auto notes = examples_of({0, 0}, {"NEGATIVE", "POSITIVE"})->findings();
  REQUIRE(notes.size() == 1);
  CHECK(contains(notes[0], "label POSITIVE"));
  CHECK(contains(notes[0], "--shuffle-seed"));
  CHECK(contains(examples_of({1, 1}, {"a", "b", "c"})->findings().at(0), "labels a, c"));
}

TEST_CASE("rows of a label are counted, the first ten labels at most") {
  CHECK(examples_of({1, 0, 1}, {"a", "b"})->target_counts() == "a (1), b (2)");
  std::vector<std::string> names;
  for (int i = 0; i < 12; ++i) names.push_back(std::string(1, static_cast<char>('a' + i)));
  CHECK(examples_of({0}, names)->target_counts().ends_with("j (0) and 2 more"));
}

// 2 bytes each.
std::string many_words(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += "x ";
  return text;
}

TEST_CASE("a row is described by its place and texts, long ones shortened") {
  const TemporaryFolder folder;
  task::SplitRequest request;
  request.train_file = {
      folder.write("train.csv", "text,label\nboring,NEGATIVE\n" + many_words(2500) + ",POSITIVE\n").string()};
  const ChosenRows rows = training_rows(request);
  const auto tokenizer = text::Tokenizer::load(fixtures() / "models" / "tiny-bert");
  const auto examples = rows.task->examples(rows.train, "rows", {tokenizer, tokenizer.vocab_size(), 40});
  CHECK(examples->size() == 2);
  CHECK(examples->length(1) == 40);
  CHECK(examples->describe(0)["text"] == "boring");
  CHECK(contains(examples->describe(0)["location"].get<std::string>(), "train.csv:2"));
  CHECK(examples->describe(1)["text"] == many_words(2000) + "...");
  CHECK_FALSE(examples->describe(0).contains("text_pair"));
  CHECK(examples->preview(0) == "NEGATIVE \"boring\"");
  CHECK(examples->samples().at(0).text == "boring");
  CHECK(examples->input_notes().at(0) == "1 of 2 rows are longer than 40 tokens and were truncated");
  CHECK(examples->num_targets(std::vector<uint64_t>{1, 0}, {}) == 2);
}

TEST_CASE("the task writes labels and problem type into the model's config, and names them on the card") {
  const TemporaryFolder folder;
  task::SplitRequest request;
  request.train_file = {folder.write("train.csv", "text,label\na,x\nb,y\nc,z\n").string()};
  const ChosenRows rows = training_rows(request);
  model::ModelConfig config;
  rows.task->write_config(config);
  CHECK(config.labels() == std::vector<std::string>{"x", "y", "z"});
  CHECK(config.problem_type() == "single_label_classification");
  CHECK(rows.task->card_phrase() == "for the labels: x, y, z");
  CHECK(rows.task->metrics().size() + 2 == metric::classification_metrics().size());  // no f1_binary, no top-5
}

TEST_CASE("class weights come from the rows that are trained on, and are saved for evaluations") {
  const TemporaryFolder folder;
  task::SplitRequest request;
  request.train_file = {folder.write("train.csv", "text,label\na,x\nb,x\nc,x\nd,y\n").string()};
  const auto weighted = [&](const std::vector<std::string>& option) {
    auto task = task::find_task("text-classification")
                    .make({.class_weights = option}, model::ModelConfig(), task::Purpose::kTrain);
    const task::TrainingRows rows = task::choose_training_rows(task::read_splits(request), request, *task);
    captured_log([&] { task->settle_loss(rows.train); });
    model::ModelConfig config;
    config.set_class_weights({7, 7});
    task->write_config(config);
    return config;
  };
  CHECK(weighted({"balanced"}).class_weights() == std::vector<double>{4.0 / 6, 2});
  CHECK(weighted({"auto"}).class_weights() == std::vector<double>{4.0 / 6, 2});
  CHECK(weighted({"y=5"}).class_weights() == std::vector<double>{1, 5});
  CHECK(weighted({}).class_weights().empty());

  const auto trained = task::find_task("text-classification")
                           .make({.rows = request.rows}, weighted({"y=5"}), task::Purpose::kUseTrained);
  std::vector<table::LabelledSplit> splits = {{"train", table::read_rows(request.train_file[0])}};
  trained->adopt(splits);
  const auto tokenizer = text::Tokenizer::load(fixtures() / "models" / "tiny-bert");
  const auto examples = trained->examples(splits[0].rows, "rows", {tokenizer, tokenizer.vocab_size(), 40});
  CHECK(examples->total_weight(std::vector<uint64_t>{0, 1, 2, 3}, {}) == 8);
  CHECK(examples->num_targets(std::vector<uint64_t>{0, 1, 2, 3}, {}) == 4);
}

TEST_CASE("the loss and its gradient are those of torch, and with smoothing of transformers' LabelSmoother") {
  for (const Json& item : metrics_fixture()["losses"]) {
    CAPTURE(item["smoothing"].get<double>());
    at::Tensor logits = matrix(item["logits"]).requires_grad_();
    const auto labels = item["labels"].get<std::vector<int64_t>>();
    const double num_rows = static_cast<double>(labels.size());
    const at::Tensor sum =
        tensor::cross_entropy(logits, at::tensor(labels), {.label_smoothing = item["smoothing"].get<double>()});
    CHECK(sum.dim() == 0);
    CHECK(sum.item<double>() / num_rows == doctest::Approx(item["mean_loss"].get<double>()).epsilon(1e-6));
    sum.backward();
    CHECK(at::allclose(logits.grad() / num_rows, matrix(item["gradient_of_mean"]), 1e-5, 1e-6));
  }
}

}  // namespace text_classification_test
