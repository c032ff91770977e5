// A new task as a file pair would hold it: it predicts the number of words of a text. Everything that training,
// evaluation and answers need of a task is here, and nothing else changes.
#include <ATen/core/Tensor.h>
#include <ATen/ops/l1_loss.h>
#include <ATen/ops/tensor.h>
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <algorithm>

#include "eval/metrics_fixture.h"
#include "model/load.h"
#include "table/read.h"
#include "task/number_answers.h"
#include "task/text_examples.h"
#include "tensor/compute.h"

namespace example_task_test {

using namespace hone;

constexpr metric::Metric kMetrics[] = {{"mae", "mean absolute error in words", metric::Better::kLower, true}};

class LengthEvaluation final : public task::Evaluation {
 public:
  explicit LengthEvaluation(const task::Examples& examples) : examples_(examples) {}
  void add(const model::Model& model, std::span<const uint64_t> rows) override {
    sum_ += examples_.loss(model, rows, {}).item<double>();
    num_rows_ += rows.size();
  }
  metric::Report report() const override {
    const double mean = sum_ / static_cast<double>(num_rows_);
    return {.loss = mean, .values = {{"mae", mean}}, .num_rows = num_rows_, .num_targets = num_rows_};
  }

 private:
  const task::Examples& examples_;
  double sum_ = 0;
  uint64_t num_rows_ = 0;
};

class LengthExamples final : public task::TextExamples {
 public:
  explicit LengthExamples(task::TextRows texts) : TextExamples(std::move(texts)) {}

  at::Tensor loss(const model::Model& model, std::span<const uint64_t> rows,
                  const nn::ForwardContext& context) const override {
    std::vector<double> lengths;
    for (const uint64_t row : rows) lengths.push_back(words(row));
    const at::Tensor outputs = model.forward(batch(rows), context).flatten();
    return at::l1_loss(outputs, tensor::on_device(at::tensor(lengths).to(at::kFloat), outputs.device()), /*sum*/ 2);
  }
  std::unique_ptr<task::Evaluation> evaluation(const task::EvaluationOptions&) const override {
    return std::make_unique<LengthEvaluation>(*this);
  }
  std::string preview(uint64_t row) const override { return fmt::format("{} {}", words(row), texts().shown(row)); }
  std::string target_counts() const override { return "texts of any length"; }

 private:
  double words(uint64_t row) const {
    const std::string_view text = texts().rows.text(row, "text").value_or("");
    return 1 + static_cast<double>(std::count(text.begin(), text.end(), ' '));
  }
};

class LengthTask final : public task::Task {
 public:
  std::span<const metric::Metric> metrics() const override { return kMetrics; }
  void adopt(std::span<table::LabelledSplit> splits) override {
    task::skip_rows_without_text(splits, {"text", {}}, /*strict=*/false);
  }
  std::vector<int64_t> strata(const table::Rows& rows) const override { return std::vector<int64_t>(rows.size()); }
  std::vector<std::string> findings(const task::TrainingRows&) const override { return {}; }
  std::unique_ptr<task::Examples> examples(const table::Rows& rows, const std::string& what,
                                           const task::ExampleOptions& options) const override {
    return std::make_unique<LengthExamples>(task::read_text_rows(rows, {"text", {}}, what, options));
  }
  void write_config(model::ModelConfig& config) const override { config.set_labels({"length"}); }
  Json facts() const override { return Json::object(); }
  std::string card_phrase() const override { return "to predict the length of a text"; }
  std::unique_ptr<task::Answer> answer(const task::Question&, const task::Outputs& outputs,
                                       const task::AnswerOptions&) const override {
    return task::number_answer(names_, outputs);
  }
  std::vector<std::string> answer_members() const override { return task::number_answer_members(names_); }
  std::vector<std::string> answer_columns(const task::AnswerOptions&) const override { return names_; }

 private:
  std::vector<std::string> names_ = {"length"};
};

TEST_CASE("a task of one's own learns and is evaluated by the program's own means") {
  const TemporaryFolder folder;
  LengthTask task;
  std::vector<table::LabelledSplit> splits = {
      {"training", table::read_rows(folder.write("a.csv", "text\ngood\ngood movie\n\"\"\nnot a good movie\n"))}};
  task.adopt(splits);
  model::ModelConfig config;
  task.write_config(config);
  model::ModelRequest request{fixtures() / "models" / "tiny-bert"};
  request.id2label = config.labels();
  request.ignore_mismatched_sizes = true;
  const model::LoadedModel loaded = model::load_model(request);
  const auto tokenizer = text::Tokenizer::load(request.model_dir.path);
  const auto examples = task.examples(splits[0].rows, "rows", {tokenizer, loaded.model->vocab_size(), 40});
  CHECK(examples->preview(0) == "1 \"good\"");
  const std::vector<uint64_t> rows = {0, 1, 2};
  CHECK(examples->num_targets(rows, {}) == 3);
  examples->loss(*loaded.model, rows, {true, 42, 0, 0}).backward();
  const auto evaluation = examples->evaluation({0});
  evaluation->add(*loaded.model, rows);
  CHECK(evaluation->report().value("mae") > 0);
  CHECK(task.answer({}, {{{3.5f}}}, {})->json()["score"] == 3.5);
}

}  // namespace example_task_test
