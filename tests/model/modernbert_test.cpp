#include "model/modernbert.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/equal.h>
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "expect_error.h"
#include "model/families.h"
#include "model/model.h"
#include "parity/parity_fixture.h"
#include "temporary_folder.h"

namespace modernbert_test {

using namespace hone;

Json tiny_config() { return read_json(fixture_models() / "tiny-modernbert" / "config.json"); }

std::shared_ptr<model::Model> make_model(const Json& json) {
  const model::ModelConfig config(json, "config.json");
  const model::Family& family = model::family_of(config);
  return std::make_shared<model::Model>(config, family, model::find_head(family, "sequence"));
}

Error error_for(const Json& changes) {
  Json json = tiny_config();
  json.update(changes);
  return expect_error([&] { make_model(json); });
}

at::Tensor training_logits(model::Model& model, const nn::ForwardContext& context) {
  const auto tensors = read_tensors(fixture_models() / "tiny-modernbert" / "parity.safetensors");
  return model.forward(packed_batch(tensors), context);
}

// The logits of the fixture's weights with another config.json.
at::Tensor logits_of(const Json& json) {
  const TemporaryFolder folder;
  folder.write("config.json", json.dump());
  std::filesystem::copy_file(fixture_models() / "tiny-modernbert" / "model.safetensors",
                             folder.path() / "model.safetensors");
  const at::NoGradGuard no_grad;
  return training_logits(*model::load_model({folder.path()}).model, {});
}

TEST_CASE("every dropout of ModernBERT is a function of seed, step and micro-batch") {
  const at::NoGradGuard no_grad;
  for (const char* active : {"embedding_dropout", "attention_dropout", "mlp_dropout", "classifier_dropout"}) {
    CAPTURE(active);
    model::ModelRequest request{fixture_models() / "tiny-modernbert"};
    request.config_overrides = no_dropout("modernbert");
    const auto without = training_logits(*model::load_model(request).model, {true, 42, 5, 1});
    request.config_overrides.emplace_back(active, "0.3");
    const auto model = model::load_model(request).model;
    const at::Tensor logits = training_logits(*model, {true, 42, 5, 1});
    CHECK_FALSE(at::equal(logits, without));
    CHECK(at::equal(training_logits(*model, {true, 42, 5, 1}), logits));
    CHECK_FALSE(at::equal(training_logits(*model, {true, 43, 5, 1}), logits));
    CHECK_FALSE(at::equal(training_logits(*model, {true, 42, 6, 1}), logits));
    CHECK(at::equal(training_logits(*model, {}), training_logits(*model, {})));
  }
}

TEST_CASE("recomputed layers have the same gradients, bit for bit") {
  std::vector<at::Tensor> gradients[2];
  for (const bool recomputes : {false, true}) {
    const auto model = model::load_model({fixture_models() / "tiny-modernbert"}).model;
    nn::ForwardContext context{true, 42, 0, 0};
    context.recomputes_layers = recomputes;
    training_logits(*model, context).square().sum().backward();
    for (const at::Tensor& parameter : model->module().parameters()) gradients[recomputes].push_back(parameter.grad());
  }
  for (size_t i = 0; i < gradients[0].size(); ++i) CHECK(at::equal(gradients[0][i], gradients[1][i]));
}

TEST_CASE("an early exit ends in the final norm, and a kept prefix changes no bit") {
  const at::NoGradGuard no_grad;
  const auto model = model::load_model({fixture_models() / "tiny-modernbert"}).model;
  const auto batch = packed_batch(read_tensors(fixture_models() / "tiny-modernbert" / "parity.safetensors"));
  std::vector<at::Tensor> outputs;
  const model::Hidden early = model->hidden(batch, {}, {.num_layers = 2, .outputs = &outputs});
  CHECK(outputs.size() == 3);
  Json shorter = tiny_config();
  shorter["num_hidden_layers"] = 2;
  shorter.erase("layer_types");
  shorter["global_attn_every_n_layers"] = 2;
  const TemporaryFolder folder;
  folder.write("config.json", shorter.dump());
  std::filesystem::copy_file(fixture_models() / "tiny-modernbert" / "model.safetensors",
                             folder.path() / "model.safetensors");
  CHECK(at::equal(early.tokens, model::load_model({folder.path()}).model->hidden(batch, {}).tokens));
  const model::Stream prefix = model->prefix(batch, {}, 2);
  CHECK(relative_difference(prefix.x, outputs[2]) < 1e-6);
  model->set_frozen({{true, true, true, false, false}});
  CHECK(
      at::equal(model->hidden(batch, {}, {.num_prefix = 2, .prefix = prefix}).tokens, model->hidden(batch, {}).tokens));
}

TEST_CASE("the keys of older versions mean the same as today's") {
  Json old = tiny_config();
  const at::Tensor today = logits_of(old);
  old.erase("layer_types");
  old.erase("rope_parameters");
  old["global_attn_every_n_layers"] = 2;
  CHECK(at::equal(logits_of(old), today));  // with HF's default angles
  old["global_rope_theta"] = 50.0;
  CHECK_FALSE(at::allclose(logits_of(old), today));
  Json other = tiny_config();
  other["rope_parameters"]["full_attention"]["rope_theta"] = 50.0;
  CHECK(at::equal(logits_of(other), logits_of(old)));
  other["rope_parameters"]["sliding_attention"] = nullptr;
  other["local_rope_theta"] = 77.0;
  old["local_rope_theta"] = 77.0;
  CHECK(at::equal(logits_of(other), logits_of(old)));
}

TEST_CASE("the classifier of a masked language model's checkpoint is drawn, its head is kept") {
  const TemporaryFolder folder;
  std::filesystem::copy_file(fixture_models() / "tiny-modernbert" / "config.json", folder.path() / "config.json");
  tensor::NamedTensors kept;
  for (const auto& [name, value] : read_tensors(fixture_models() / "tiny-modernbert" / "model.safetensors")) {
    if (!name.starts_with("classifier.")) kept.emplace_back(name, value);
  }
  tensor::write_safetensors(folder.path() / "model.safetensors", kept);
  const auto loaded = model::load_model({folder.path()});
  CHECK(loaded.report.newly_initialized == std::vector<std::string>{"classifier.bias", "classifier.weight"});
  // Normal(0, 1 / sqrt(32)), truncated at two deviations.
  const at::Tensor weight = loaded.model->module().named_parameters()["classifier.weight"];
  CHECK(weight.abs().max().item<double>() <= 2 / std::sqrt(32.0) + 1e-7);
  CHECK(weight.abs().max().item<double>() > 0.1);
}

TEST_CASE("unsupported values in ModernBERT's config.json are errors") {
  CHECK(contains(error_for({{"num_attention_heads", 5}}).what(), "a width of 32 does not divide into 5 heads"));
  CHECK(contains(error_for({{"num_attention_heads", 32}}).what(), "heads of width 1 have no pairs"));
  CHECK(contains(error_for({{"hidden_activation", "gelo"}}).hint(), "did you mean \"gelu\"?"));
  CHECK(contains(error_for({{"classifier_pooling", "max"}}).what(), "\"classifier_pooling\" is \"max\""));
  CHECK(contains(error_for({{"layer_types", {"full_attention"}}}).what(),
                 "\"layer_types\" is not a list of 3 types, one for each layer"));
  CHECK(contains(error_for({{"layer_types", 3}}).what(), "not a list of 3 types"));
  CHECK(contains(error_for({{"layer_types", {"full_attention", "linear", 3}}}).what(),
                 "\"layer_types\" has \"linear\", not \"sliding_attention\" or \"full_attention\""));
  CHECK(contains(error_for({{"local_attention", -1}}).what(), "\"local_attention\" is -1, outside 0"));
  CHECK(contains(error_for({{"norm_bias", 1}}).what(), "\"norm_bias\" is 1, not true or false"));
}

TEST_CASE("a window as narrow as one token attends to the token alone") {
  Json json = tiny_config();
  json["local_attention"] = 1;
  CHECK_FALSE(at::allclose(logits_of(json), logits_of(tiny_config())));
}

}  // namespace modernbert_test
