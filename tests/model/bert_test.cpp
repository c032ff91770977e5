#include "model/bert.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "expect_error.h"
#include "model/families.h"
#include "model/model.h"
#include "parity/parity_fixture.h"

namespace bert_test {

using namespace hone;

Json tiny_config() { return read_json(fixture_models() / "tiny-bert" / "config.json"); }

model::ModelConfig changed(const char* key, const Json& value) {
  Json json = tiny_config();
  json[key] = value;
  return {json, "config.json"};
}

std::shared_ptr<model::Model> make_model(const model::ModelConfig& config) {
  const model::Family& family = model::family_of(config);
  return std::make_shared<model::Model>(config, family, model::find_head(family, "sequence"));
}

Error error_for(const char* key, const Json& value) {
  return expect_error([&] { make_model(changed(key, value)); });
}

// The logits of the fixture's rows in training, with all dropout.
at::Tensor training_logits(model::Model& model, const nn::ForwardContext& context) {
  const auto tensors = read_tensors(fixture_models() / "tiny-bert" / "parity.safetensors");
  return model.forward(packed_batch(tensors), context);
}

TEST_CASE("dropout is a function of seed, step and micro-batch") {
  const auto model = model::load_model({fixture_models() / "tiny-bert"}).model;
  const at::NoGradGuard no_grad;
  const at::Tensor logits = training_logits(*model, {true, 42, 5, 1});
  CHECK(at::equal(training_logits(*model, {true, 42, 5, 1}), logits));
  CHECK_FALSE(at::equal(training_logits(*model, {true, 43, 5, 1}), logits));
  CHECK_FALSE(at::equal(training_logits(*model, {true, 42, 6, 1}), logits));
  CHECK_FALSE(at::equal(training_logits(*model, {true, 42, 5, 2}), logits));
  CHECK_FALSE(at::equal(training_logits(*model, {}), logits));
}

TEST_CASE("the gradients of the same seed are bit-identical") {
  std::vector<at::Tensor> gradients[2];
  for (auto& run : gradients) {
    const auto model = model::load_model({fixture_models() / "tiny-bert"}).model;
    training_logits(*model, {true, 42, 0, 0}).square().sum().backward();
    for (const at::Tensor& parameter : model->module().parameters())
      run.push_back(tensor::dense_gradient(parameter.grad()));
  }
  for (size_t i = 0; i < gradients[0].size(); ++i) CHECK(at::equal(gradients[0][i], gradients[1][i]));
}

TEST_CASE("unsupported values in BERT's config.json are errors") {
  CHECK(contains(error_for("num_attention_heads", 5).what(), "a width of 32 does not divide into 5 heads"));
  CHECK(contains(error_for("hidden_size", 0).what(), "\"hidden_size\" is 0, outside 1"));
  CHECK(contains(error_for("hidden_act", "gelo").hint(), "did you mean \"gelu\"?"));
  const Error error = error_for("position_embedding_type", "relative_key");
  CHECK(error.kind() == ErrorKind::kUnsupported);
  CHECK(contains(error.what(), "\"position_embedding_type\" is \"relative_key\""));
  CHECK(contains(error_for("is_decoder", true).what(), "\"is_decoder\" is true"));
  CHECK(contains(error_for("type_vocab_size", "two").what(), "\"type_vocab_size\" is \"two\""));
}

TEST_CASE("token types are 0 if a batch has none, and those that the model lacks are errors") {
  const auto model = model::load_model({fixture_models() / "tiny-bert"}).model;
  model::Inputs batch;
  batch.text.ids = at::tensor({2, 7, 9}, at::kLong);
  batch.text.packing = tensor::Packing::from_lengths({3});
  const at::Tensor without = model->forward(batch, {});
  batch.text.type_ids = at::zeros({3}, at::kLong);
  CHECK(at::equal(model->forward(batch, {}), without));
  batch.text.type_ids = at::tensor({0, 1, 2}, at::kLong);
  CHECK(contains(expect_error([&] { model->forward(batch, {}); }).what(),
                 "token type id 2 is outside the model's table of 2"));
}

TEST_CASE("the classifier's dropout is hidden_dropout_prob by default") {
  const at::NoGradGuard no_grad;
  const auto logits = [](const char* classifier_dropout) {
    model::ModelRequest request{fixture_models() / "tiny-bert"};
    request.config_overrides = {{"hidden_dropout_prob", "0"},
                                {"attention_probs_dropout_prob", "0"},
                                {"classifier_dropout", classifier_dropout}};
    return training_logits(*model::load_model(request).model, {true, 42, 0, 0});
  };
  CHECK(at::equal(logits("null"), logits("0")));
  CHECK_FALSE(at::equal(logits("0.5"), logits("0")));
}

}  // namespace bert_test
