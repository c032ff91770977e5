#include "model/distilbert.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/equal.h>
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "expect_error.h"
#include "model/families.h"
#include "model/model.h"
#include "parity/parity_fixture.h"

namespace distilbert_test {

using namespace hone;

Json tiny_config() { return read_json(fixture_models() / "tiny-distilbert" / "config.json"); }

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
  const auto tensors = read_tensors(fixture_models() / "tiny-distilbert" / "parity.safetensors");
  return model.forward(packed_batch(tensors), context);
}

TEST_CASE("dropout is a function of seed, step and micro-batch") {
  const auto model = model::load_model({fixture_models() / "tiny-distilbert"}).model;
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
    const auto model = model::load_model({fixture_models() / "tiny-distilbert"}).model;
    training_logits(*model, {true, 42, 0, 0}).square().sum().backward();
    for (const at::Tensor& parameter : model->module().parameters())
      run.push_back(tensor::dense_gradient(parameter.grad()));
  }
  for (size_t i = 0; i < gradients[0].size(); ++i) CHECK(at::equal(gradients[0][i], gradients[1][i]));
}

TEST_CASE("unsupported values in DistilBERT's config.json are errors") {
  CHECK(contains(error_for("n_heads", 5).what(), "a width of 32 does not divide into 5 heads"));
  CHECK(contains(error_for("dim", 0).what(), "\"dim\" is 0, outside 1"));
  CHECK(contains(error_for("activation", "gelo").hint(), "did you mean \"gelu\"?"));
  const Error error = error_for("sinusoidal_pos_embds", true);
  CHECK(error.kind() == ErrorKind::kUnsupported);
  CHECK(contains(error.what(), "\"sinusoidal_pos_embds\" is true"));
}

TEST_CASE("HF's general names for DistilBERT's sizes are accepted") {
  Json json = tiny_config();
  json["hidden_size"] = json["dim"];
  json["num_attention_heads"] = json["n_heads"];
  json.erase("dim");
  json.erase("n_heads");
  CHECK_NOTHROW(make_model({json, "config.json"}));
}

}  // namespace distilbert_test
