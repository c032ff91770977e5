// Compares twenty steps of contrastive training with sentence-transformers' losses
// (tests/fixtures/make_contrastive_fixture.py).
#include <ATen/core/Tensor.h>
#include <doctest/doctest.h>

#include <numeric>

#include "model/load.h"
#include "parity/parity_fixture.h"
#include "table/read.h"
#include "task/contrastive.h"
#include "task/sentence_fixture.h"
#include "train/optimizer.h"

namespace contrastive_parity_test {

using namespace hone;

struct Form {
  std::string name;
  std::vector<std::string> columns;
  task::ContrastiveTaskOptions options = {};
};

std::string csv_of(const Json& rows, const std::vector<std::string>& columns) {
  std::string csv;
  for (const std::string& column : columns) csv += (csv.empty() ? "" : ",") + column;
  for (const Json& row : rows) {
    std::string line;
    for (const std::string& column : columns) {
      line +=
          (line.empty() ? "\n" : ",") + (row[column].is_string() ? row[column].get<std::string>() : row[column].dump());
    }
    csv += line;
  }
  return csv + "\n";
}

std::vector<double> losses_of(const Json& fixture, const Form& form) {
  const TemporaryFolder folder;
  const std::filesystem::path path = sentence_model(folder, "mean");
  model::ModelRequest request{path, "pooling"};
  request.config_overrides = no_dropout("bert");
  const model::LoadedModel loaded = model::load_model(request);
  const auto tokenizer = text::Tokenizer::load(path);
  task::TaskOptions options;
  options.contrastive = form.options;
  const auto task = task::make_contrastive(options, loaded.config, task::Purpose::kTrain);
  std::vector<table::LabelledSplit> splits = {
      {"training", table::read_rows(folder.write("rows.csv", csv_of(fixture["rows"], form.columns)))}};
  task->adopt(splits);
  const auto examples = task->examples(splits[0].rows, "rows", {tokenizer, loaded.model->vocab_size(), 40});
  train::NamedParameters parameters = model::named_parameters(*loaded.model);
  const auto optimizer = train::find_optimizer("adamw").make(parameters, {});
  const uint64_t size = fixture["batch"];
  std::vector<double> losses;
  for (uint64_t begin = 0; begin < examples->size(); begin += size) {
    std::vector<uint64_t> rows(size);
    std::iota(rows.begin(), rows.end(), begin);
    const nn::ForwardContext context{.training = true, .seed = 1, .step = static_cast<uint32_t>(begin / size)};
    const at::Tensor loss = examples->loss(*loaded.model, rows, context) / examples->total_weight(rows, context);
    loss.backward();
    optimizer->step(fixture["learning_rate"]);
    for (const model::NamedParameter& parameter : parameters) parameter.tensor.mutable_grad() = at::Tensor();
    losses.push_back(loss.item<double>());
  }
  return losses;
}

TEST_CASE("twenty steps have sentence-transformers' losses") {
  const Json fixture = read_json(fixture_folder() / "contrastive.json");
  const std::vector<std::string> pair = {"anchor", "positive"}, triple = {"anchor", "positive", "negative"};
  const std::vector<std::string> scored = {"anchor", "positive", "score"};
  const std::vector<Form> forms = {{"pairs", pair},
                                   {"triples", triple},
                                   {"single", {"anchor"}, {}},
                                   {"cosent", scored},
                                   {"cosine", scored, {.contrastive_loss = "cosine"}},
                                   {"matryoshka", triple, {.matryoshka_dims = {"32", "16", "8"}}},
                                   {"cached", triple, {.mini_batch_size = 3}}};
  for (const Form& form : forms) {
    INFO(form.name);
    const std::vector<double> losses = losses_of(fixture, form);
    const auto expected = fixture["losses"][form.name].get<std::vector<double>>();
    REQUIRE(losses.size() == expected.size());
    for (size_t step = 0; step < losses.size(); ++step) {
      INFO(step);
      CHECK(losses[step] == doctest::Approx(expected[step]).epsilon(1e-5));
    }
  }
}

}  // namespace contrastive_parity_test
