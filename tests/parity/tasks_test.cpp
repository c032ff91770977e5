// Compares each task with transformers' own class: logits, loss, every gradient, and ten training losses.
#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "metric/multi_label.h"
#include "metric/regression.h"
#include "model/parameters.h"
#include "parity/parity_fixture.h"
#include "task/multi_label_examples.h"
#include "task/regression_examples.h"
#include "task/tasks.h"
#include "task/token_examples.h"
#include "temporary_folder.h"
#include "train/row_order.h"
#include "train/train_fixture.h"

namespace tasks_test {

using namespace hone;

constexpr double kTolerance = 1e-5;

std::filesystem::path fixture_of(const std::string& task, const std::string& family) {
  return fixture_models().parent_path() / "tasks" / (task + "-" + family);
}

// The tiny model of the family with the fixture's head, without dropout.
model::LoadedModel load(const std::string& task, const std::string& family) {
  const Json fixture = read_json(fixture_of(task, family) / "parity.json");
  model::ModelRequest request{fixture_models() / ("tiny-" + family)};
  request.head = task::find_task(task == "regression-3" ? "regression" : task).head;
  request.config_overrides = no_dropout(family);
  request.ignore_mismatched_sizes = true;
  for (int64_t i = 0; i < fixture["num_outputs"].get<int64_t>(); ++i) {
    request.id2label.push_back(fmt::format("LABEL_{}", i));
  }
  model::LoadedModel loaded = model::load_model(request);
  const auto tensors = read_tensors(fixture_of(task, family) / "parity.safetensors");
  const at::NoGradGuard no_grad;
  for (const model::NamedParameter& parameter : model::named_parameters(*loaded.model)) {
    if (!parameter.name.starts_with("classifier.")) continue;
    at::Tensor(parameter.tensor).copy_(tensors.at("head." + parameter.name.substr(std::string("classifier.").size())));
  }
  return loaded;
}

// Rows as the fixture's padded tensors hold them, each with its targets.
struct Batch {
  std::vector<std::vector<int32_t>> ids;
  std::vector<std::vector<uint8_t>> types;
  std::vector<std::vector<double>> targets;

  void add(const std::map<std::string, at::Tensor>& tensors, const std::string& prefix,
           const std::string& labels_name = "labels") {
    const at::Tensor& all_ids = tensors.at(prefix + "input_ids");
    const auto all_types = tensors.find(prefix + "token_type_ids");
    for (int64_t row = 0; row < all_ids.size(0); ++row) {
      const int64_t length = tensors.at(prefix + "attention_mask")[row].sum().item<int64_t>();
      ids.emplace_back();
      types.emplace_back();
      targets.emplace_back();
      for (int64_t i = 0; i < length; ++i) {
        ids.back().push_back(all_ids[row][i].item<int32_t>());
        types.back().push_back(all_types == tensors.end() ? 0 : all_types->second[row][i].item<uint8_t>());
      }
      at::Tensor labels = tensors.at(prefix + labels_name)[row];
      if (labels.scalar_type() == at::kLong) labels = labels.slice(0, 0, length);  // a tag for each token
      for (int64_t k = 0; k < labels.numel(); ++k) targets.back().push_back(labels[k].item<double>());
    }
  }

  // The examples of the task; example `order[i]` is row i.
  std::unique_ptr<task::Examples> examples(const std::string& task, const std::vector<uint64_t>& order) const {
    std::vector<uint64_t> row_of(order.size());
    for (uint64_t i = 0; i < order.size(); ++i) row_of[order[i]] = i;
    task::TextRows texts;
    std::vector<double> values;
    for (const uint64_t row : row_of) {
      text::Encoding encoding;
      encoding.ids = ids[row];
      encoding.type_ids = types[row];
      texts.features.add(encoding);
      values.insert(values.end(), targets[row].begin(), targets[row].end());
    }
    if (task == "token-classification") return token_examples(std::move(texts), row_of);
    std::vector<std::string> names;
    for (size_t k = 0; k < targets[0].size(); ++k) names.push_back(fmt::format("LABEL_{}", k));
    if (task == "multi-label") {
      return task::make_examples(task::TaggedTexts{
          .texts = std::move(texts), .truth = {values.begin(), values.end()}, .names = std::move(names)});
    }
    return task::make_examples(
        task::RatedTexts{.texts = std::move(texts), .targets = std::move(values), .names = std::move(names)});
  }

 private:
  // The targets are ids of tags; -100: the token has none.
  std::unique_ptr<task::Examples> token_examples(task::TextRows texts, const std::vector<uint64_t>& row_of) const {
    const metric::TagSet tags({"O", "B-a", "I-a", "B-b", "I-b"});
    task::TokenTargets of_tokens;
    for (const uint64_t row : row_of) {
      text::Encoding encoding;  // each token is a word
      std::vector<int32_t> tags_of_words;
      for (const double tag : targets[row]) {
        encoding.word_ids.push_back(static_cast<int32_t>(encoding.word_ids.size()));
        tags_of_words.push_back(tag < 0 ? task::kNoTag : static_cast<int32_t>(tag));
      }
      task::add_targets({&encoding, 1}, tags_of_words, tags, false, of_tokens);
    }
    return task::make_examples(
        task::TokenTexts{.texts = std::move(texts), .targets = std::move(of_tokens), .tags = tags});
  }
};

// Of padded [B, T, K] the tokens of each row, one after another, as hone packs them; [B, K] stays as it is.
at::Tensor without_padding(const at::Tensor& logits, const at::Tensor& mask) {
  return logits.dim() == 3 ? logits.index({mask.to(at::kBool)}) : logits;
}

std::vector<uint64_t> in_order(size_t count) {
  std::vector<uint64_t> order(count);
  for (size_t i = 0; i < count; ++i) order[i] = i;
  return order;
}

void check_gradients(const std::string& task, const std::string& family) {
  const model::LoadedModel loaded = load(task, family);
  const auto expected = read_tensors(fixture_of(task, family) / "parity.safetensors");
  Batch batch;
  batch.add(expected, "");
  const std::vector<uint64_t> rows = in_order(batch.ids.size());
  const auto examples = batch.examples(task, rows);
  const nn::ForwardContext context{.training = true};
  const at::Tensor logits = without_padding(expected.at("logits"), expected.at("attention_mask"));
  CHECK(relative_difference(loaded.model->forward(packed_batch(expected), context), logits) < kTolerance);
  const at::Tensor loss =
      examples->loss(*loaded.model, rows, context) / static_cast<double>(examples->num_targets(rows, context));
  CHECK(relative_difference(loss.reshape({1}), expected.at("loss")) < kTolerance);
  loss.backward();
  double largest = 0;
  for (const auto& [name, value] : expected) {
    if (name.starts_with("gradient.")) largest = std::max(largest, value.abs().max().item<double>());
  }
  for (const model::NamedParameter& parameter : model::named_parameters(*loaded.model)) {
    INFO(parameter.name);
    CHECK(relative_difference(parameter.tensor.grad(), expected.at("gradient." + parameter.name), largest / 100) <
          kTolerance);
  }
}

// Trains on the fixture's batches, each divided into `accumulation` micro-batches, and returns the losses.
std::vector<double> losses_of(const std::string& task, const std::string& family, int64_t accumulation) {
  const std::filesystem::path folder = fixture_of(task, family);
  const Json settings = read_json(folder / "parity.json")["settings"];
  const int64_t num_steps = settings["max_steps"], batch_size = settings["batch_size"];
  Batch batch;
  const auto tensors = read_tensors(folder / "training.safetensors");
  for (int64_t step = 0; step < num_steps; ++step) batch.add(tensors, fmt::format("{}.", step));
  const std::vector<uint64_t> lengths(batch.ids.size());
  const auto order = train::RowOrder({}, lengths, [](int64_t) { return int64_t{0}; }).of_epoch(0);
  const auto examples = batch.examples(task, order);
  const TemporaryFolder output;
  train::TrainOptions options = quiet_options(output.path());
  options.per_device_train_batch_size = batch_size / accumulation;
  options.gradient_accumulation_steps = accumulation;
  options.max_steps = num_steps;
  options.learning_rate = settings["learning_rate"];
  options.weight_decay = settings["weight_decay"];
  options.warmup_steps = settings["warmup_steps"];
  options.logging_steps = 1;
  const model::LoadedModel loaded = load(task, family);
  loaded.model->set_compute(tensor::prepare_compute(options.compute));
  const train::Plan plan = plan_of(options, static_cast<int64_t>(examples->size()));
  train::TrainerInputs inputs;
  inputs.model = loaded.model;
  inputs.train = examples.get();
  inputs.output_dir = output.path();
  train::Trainer trainer(inputs, plan);
  trainer.run();
  return logged(trainer.state(), "loss");
}

void check_task(const std::string& task) {
  for (const std::string family :
       {"bert", "distilbert", "roberta", "electra", "albert", "mpnet", "deberta-v2", "modernbert", "nomic_bert"}) {
    CAPTURE(family);
    check_gradients(task, family);
    const Json expected = read_json(fixture_of(task, family) / "parity.json")["losses"];
    const std::vector<double> of_whole_steps = losses_of(task, family, 1);
    REQUIRE(of_whole_steps.size() == expected.size());
    for (const int64_t accumulation : {1, 2, 4}) {
      const std::vector<double> losses = losses_of(task, family, accumulation);
      REQUIRE(losses.size() == expected.size());
      for (size_t step = 0; step < losses.size(); ++step) {
        CAPTURE(step);
        CHECK(losses[step] == doctest::Approx(expected[step].get<double>()).epsilon(kTolerance));
        CHECK(losses[step] == doctest::Approx(of_whole_steps[step]).epsilon(1e-6));
      }
    }
  }
}

TEST_CASE("a regression of one number has transformers' logits, loss, gradients and training losses") {
  check_task("regression");
}

TEST_CASE("a regression of three numbers has them, however its steps are divided into micro-batches") {
  check_task("regression-3");
}

TEST_CASE("multi-label classification has transformers' logits, loss, gradients and training losses") {
  check_task("multi-label");
}

TEST_CASE("token classification has transformers' logits, loss, gradients and training losses") {
  check_task("token-classification");
}

TEST_CASE("an evaluation of token classification has the loss and metrics of transformers' run_ner.py") {
  for (const std::string family :
       {"bert", "distilbert", "roberta", "electra", "albert", "mpnet", "deberta-v2", "modernbert", "nomic_bert"}) {
    CAPTURE(family);
    const std::filesystem::path folder = fixture_of("token-classification", family);
    const Json expected = read_json(folder / "parity.json")["evaluation"];
    Batch batch;
    batch.add(read_tensors(folder / "parity.safetensors"), "", "evaluation_labels");
    const std::vector<uint64_t> rows = in_order(batch.ids.size());
    const auto examples = batch.examples("token-classification", rows);
    const model::LoadedModel loaded = load("token-classification", family);
    const auto evaluation = examples->evaluation({0});
    evaluation->add(*loaded.model, std::span(rows).first(2));
    evaluation->add(*loaded.model, std::span(rows).subspan(2));
    const metric::Report report = evaluation->report();
    CHECK(report.loss == doctest::Approx(expected["loss"].get<double>()).epsilon(kTolerance));
    for (const char* name : {"precision", "recall", "f1", "accuracy"}) {
      CAPTURE(name);
      CHECK(report.value(name) == doctest::Approx(expected[name].get<double>()).epsilon(1e-9));
    }
    CHECK(report.num_targets == examples->num_targets(rows, {}));
  }
}

}  // namespace tasks_test
