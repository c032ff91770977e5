#include "task/multi_label.h"

#include <ATen/ops/tensor.h>
#include <doctest/doctest.h>

#include <cmath>

#include "captured_log.h"
#include "eval/metrics_fixture.h"
#include "expect_error.h"
#include "model/load.h"
#include "table/read.h"
#include "task/multi_label_examples.h"
#include "task/splits.h"

namespace multi_label_test {

using namespace hone;

struct Chosen {
  std::unique_ptr<task::Task> task;
  task::TrainingRows rows;

  // The names of the labels of a training row.
  std::string labels_of(uint64_t row) const {
    const auto tokenizer = text::Tokenizer::load(fixtures() / "models" / "tiny-bert");
    const std::string preview =
        task->examples(rows.train, "rows", {tokenizer, tokenizer.vocab_size(), 40})->preview(row);
    return preview.substr(0, preview.find(']') + 1);
  }
};

// The rows of a file, adopted by multi-label classification.
Chosen chosen(const TemporaryFolder& folder, const std::string& name, const std::string& content,
              task::RowOptions options = {}, const std::vector<std::string>& trained_labels = {}) {
  options.dataset = folder.write(name, content);
  model::ModelConfig config;
  if (!trained_labels.empty()) config.set_labels(trained_labels);
  const auto purpose = trained_labels.empty() ? task::Purpose::kTrain : task::Purpose::kUseTrained;
  Chosen made{task::find_task("multi-label").make({.rows = options}, config, purpose), {}};
  const task::SplitRequest request{.rows = options};
  made.rows = task::choose_training_rows(task::read_splits(request), request, *made.task);
  return made;
}

Error refused(const std::string& csv, const task::RowOptions& options = {},
              const std::vector<std::string>& trained_labels = {}) {
  const TemporaryFolder folder;
  return expect_error([&] { chosen(folder, "train.csv", csv, options, trained_labels); });
}

TEST_CASE("labels come from lists, from names in one cell, or from columns of 0 and 1") {
  const TemporaryFolder folder;
  const Chosen lists = chosen(folder, "train.jsonl",
                              "{\"text\": \"x\", \"labels\": [\"b\", \"a, c\"]}\n{\"text\": \"y\", \"labels\": []}\n");
  CHECK(lists.task->facts()["labels"] == Json({"a, c", "b"}));
  CHECK(lists.labels_of(0) == "[a, c, b]");
  CHECK(lists.labels_of(1) == "[]");
  const Chosen cells = chosen(folder, "train.csv", "text,labels\nx,\"b, a\"\ny,a\n");
  CHECK(cells.labels_of(0) == "[a, b]");
  CHECK(cells.labels_of(1) == "[a]");
  const Chosen bars = chosen(folder, "train.csv", "text,labels\nx,b|a c\ny,b\n", {.label_separator = "|"});
  CHECK(bars.labels_of(0) == "[a c, b]");
  const Chosen flags =
      chosen(folder, "train.csv", "text,rude,kind\nx,1,0\ny,0,0\nz,1,1\n", {.target_columns = {"rude", "kind"}});
  CHECK(flags.task->facts()["labels"] == Json({"rude", "kind"}));
  CHECK(flags.labels_of(0) == "[rude]");
  CHECK(flags.labels_of(1) == "[]");
  CHECK(flags.labels_of(2) == "[rude, kind]");
}

TEST_CASE("columns of 0 and 1 are named once, and for a trained model they are those of its labels") {
  const TemporaryFolder folder;
  const std::string rows = "text,a,b\nx,1,0\ny,0,1\n";
  CHECK(contains(expect_error([&] { chosen(folder, "a.csv", rows, {.target_columns = {"a", "a"}}); }).what(),
                 "--target-columns has \"a\" twice"));
  model::ModelConfig config;
  config.set_labels({"b", "a"});
  const auto adopted = [&](std::vector<std::string> columns) {
    const auto task = task::find_task("multi-label")
                          .make({.rows = {.target_columns = std::move(columns)}}, config, task::Purpose::kUseTrained);
    std::vector<table::LabelledSplit> splits = {{"test", table::read_rows(folder.write("b.csv", rows))}};
    task->adopt(splits);
  };
  CHECK_NOTHROW(adopted({"a", "b"}));
  const Error error = expect_error([&] { adopted({"a"}); });
  CHECK(error.kind() == ErrorKind::kUsage);
  CHECK(std::string(error.what()) == "--target-columns has a, but the labels of the model are b, a");
}

TEST_CASE("a split that does not decide labels adds none") {
  const TemporaryFolder folder;
  const auto rows = [&](const std::string& name, const std::string& cells) {
    return table::read_rows(folder.write(name, "text,labels\n" + cells));
  };
  std::vector<table::LabelledSplit> splits = {{"training", rows("a.csv", "x,b\ny,a\n")},
                                              {"test", rows("b.csv", "x,c\ny,a\n"), /*decides_labels=*/false},
                                              {"validation", rows("c.csv", "x,d\n")}};
  const auto task = task::find_task("multi-label").make({}, model::ModelConfig(), task::Purpose::kTrain);
  task->adopt(splits);
  CHECK(task->facts()["labels"] == Json({"a", "b", "d"}));
  CHECK(splits[1].rows.size() == 2);
  const auto tokenizer = text::Tokenizer::load(fixtures() / "models" / "tiny-bert");
  const Error error =
      expect_error([&] { task->examples(splits[1].rows, "test rows", {tokenizer, tokenizer.vocab_size(), 40}); });
  CHECK(contains(error.what(), "b.csv:2: label \"c\" is not one of a, b, d"));
}

TEST_CASE("integer labels are in numeric order, and the model's config gets the names") {
  const TemporaryFolder folder;
  const Chosen ids = chosen(folder, "train.jsonl", "{\"text\": \"x\", \"labels\": [10, 2]}\n");
  CHECK(ids.task->facts()["labels"] == Json({"2", "10"}));
  model::ModelConfig config;
  ids.task->write_config(config);
  CHECK(config.labels() == std::vector<std::string>{"2", "10"});
  CHECK(config.problem_type() == "multi_label_classification");
}

TEST_CASE("the error for each kind of bad label names the row or the label") {
  const Error unknown = refused("text,labels\na,good\nb,god\n", {}, {"good", "bad"});
  CHECK(contains(unknown.what(), "train.csv:3: label \"god\" is not one of good, bad"));
  CHECK(unknown.hint() == "did you mean \"good\"?");
  CHECK(contains(refused("text,labels\na,x\n", {}, {"a, b", "c"}).what(),
                 "the label \"a, b\" contains the separator \",\""));
  CHECK(contains(refused("text,p,q\na,0,0\nb,0,0\n", {.target_columns = {"p", "q"}}).what(),
                 "none of 2 training rows has a label"));
  const Error empty = refused("text,labels\na,x\n", {.label_separator = ""});
  CHECK(empty.kind() == ErrorKind::kUsage);
  CHECK(std::string(empty.what()) == "--label-separator is empty");
  CHECK(contains(refused("text,p,q\na,1,0\nb,,0\n", {.target_columns = {"p", "q"}, .strict = true}).what(),
                 "train.csv:3: the labels are null"));
}

TEST_CASE("rows whose labels are missing are skipped with a note; a row without labels stays") {
  const TemporaryFolder folder;
  const std::string log = captured_log([&] {
    const Chosen made = chosen(folder, "train.jsonl",
                               "{\"text\": \"x\", \"labels\": [\"a\"]}\n{\"text\": \"y\", \"labels\": null}\n"
                               "{\"text\": \"z\", \"labels\": []}\n");
    CHECK(made.rows.train.size() == 2);
  });
  CHECK(contains(log, "skipped 1 row without labels, the first: "));
  CHECK(contains(log, "(the labels are null; an empty list means that a row has no label)"));
}

TEST_CASE("labels that no training row has are named") {
  const TemporaryFolder folder;
  const Chosen made = chosen(folder, "train.csv", "text,p,q\na,1,0\nb,1,0\n", {.target_columns = {"p", "q"}});
  const auto tokenizer = text::Tokenizer::load(fixtures() / "models" / "tiny-bert");
  const auto examples = made.task->examples(made.rows.train, "rows", {tokenizer, tokenizer.vocab_size(), 40});
  CHECK(examples->findings() ==
        std::vector<std::string>{"no training row has the label q, so the model cannot learn it"});
  CHECK(examples->target_counts() == "p (2), q (0)");
}

TEST_CASE("class weights are torch's pos_weight: the rows without a label for each row with it") {
  const TemporaryFolder folder;
  const std::string path = folder.write("train.csv", "text,p,q\na,1,1\nb,0,1\nc,0,1\nd,0,0\n").string();
  task::RowOptions rows;
  rows.dataset = path;
  rows.target_columns = {"p", "q"};
  const auto task =
      task::find_task("multi-label")
          .make({.rows = rows, .class_weights = {"balanced"}}, model::ModelConfig(), task::Purpose::kTrain);
  const task::SplitRequest request{.rows = rows};
  const task::TrainingRows chosen = task::choose_training_rows(task::read_splits(request), request, *task);
  captured_log([&] { task->settle_loss(chosen.train); });
  model::ModelConfig config;
  task->write_config(config);
  CHECK(config.class_weights() == std::vector<double>{3, 1.0 / 3});
}

TEST_CASE("the weighted loss is that of torch's BCEWithLogitsLoss") {
  const auto tokenizer = text::Tokenizer::load(fixtures() / "models" / "tiny-bert");
  const model::LoadedModel loaded = model::load_model({fixtures() / "models" / "tiny-bert"});
  task::TaggedTexts tagged{.truth = {1, 0, 1, 0, 0, 1}, .names = {"a", "b", "c"}, .weights = {2.5, 1, 0.25}};
  for (const char* text : {"good movie", "bad"}) tagged.texts.features.add(tokenizer.encode(text));
  const std::vector<uint64_t> rows = {0, 1};
  const at::Tensor logits = loaded.model->forward(task::make_batch(tagged.texts.features, rows), {}).to(at::kDouble);
  double expected = 0;
  for (int64_t i = 0; i < 6; ++i) {
    const double x = logits[i / 3][i % 3].item<double>(), y = tagged.truth[static_cast<size_t>(i)];
    const double weight = tagged.weights[static_cast<size_t>(i % 3)];
    expected += weight * y * std::log1p(std::exp(-x)) + (1 - y) * std::log1p(std::exp(x));
  }
  const auto examples = task::make_examples(std::move(tagged));
  CHECK(examples->total_weight(rows, {}) == 6);
  CHECK(examples->loss(*loaded.model, rows, {}).item<double>() == doctest::Approx(expected).epsilon(1e-6));
}

TEST_CASE("the loss is the sum of binary cross-entropies, and the report that of the sigmoid scores") {
  const auto tokenizer = text::Tokenizer::load(fixtures() / "models" / "tiny-bert");
  const model::LoadedModel loaded = model::load_model({fixtures() / "models" / "tiny-bert"});
  task::TaggedTexts tagged{.truth = {1, 0, 1, 0, 0, 0}, .names = {"a", "b", "c"}};
  for (const char* text : {"good movie", "bad"}) tagged.texts.features.add(tokenizer.encode(text));
  const std::vector<uint64_t> rows = {0, 1};
  const at::Tensor logits = loaded.model->forward(task::make_batch(tagged.texts.features, rows), {}).to(at::kDouble);
  double expected = 0;
  uint64_t right = 0;
  for (int64_t i = 0; i < 6; ++i) {
    const double x = logits[i / 3][i % 3].item<double>(), y = tagged.truth[static_cast<size_t>(i)];
    expected += std::log1p(std::exp(x)) - x * y;
    right += (x > 0) == (y == 1);
  }
  const auto examples = task::make_examples(std::move(tagged));
  CHECK(examples->num_targets(rows, {}) == 6);
  CHECK(examples->loss(*loaded.model, rows, {}).item<double>() == doctest::Approx(expected).epsilon(1e-6));
  const auto evaluation = examples->evaluation({5});
  evaluation->add(*loaded.model, rows);
  const metric::Report report = evaluation->report();
  CHECK(report.loss == doctest::Approx(expected / 6).epsilon(1e-6));
  CHECK(report.value("hamming_loss") == doctest::Approx(1 - static_cast<double>(right) / 6));
  CHECK(report.num_targets == 6);
}

TEST_CASE("a trained model's thresholds decide its answers and reports") {
  model::ModelConfig config;
  config.set_labels({"a", "b"});
  config.set_thresholds({0.75, 0.25});
  const auto task = task::find_task("multi-label").make({}, config, task::Purpose::kUseTrained);
  CHECK(task->answer_facts()["thresholds"] == Json({0.75, 0.25}));
  model::ModelConfig written;
  task->write_config(written);
  CHECK(written.thresholds() == std::vector<double>{0.75, 0.25});
  const auto tokenizer = text::Tokenizer::load(fixtures() / "models" / "tiny-bert");
  const model::LoadedModel loaded = model::load_model({fixtures() / "models" / "tiny-bert"});
  const std::vector<uint64_t> rows = {0};
  // The scores of the tiny model are near 0.5: none is above 1, all are above 0.
  for (const float threshold : {0.0f, 1.0f}) {
    task::TaggedTexts tagged{
        .truth = {1, 1, 1}, .names = {"a", "b", "c"}, .thresholds = {threshold, threshold, threshold}};
    tagged.texts.features.add(tokenizer.encode("good movie"));
    const auto examples = task::make_examples(std::move(tagged));
    const auto evaluation = examples->evaluation({});
    evaluation->add(*loaded.model, rows);
    CHECK(evaluation->report().value("accuracy") == 1 - threshold);
  }
}

}  // namespace multi_label_test
