#include "model/nomic_bert.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/equal.h>
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "expect_error.h"
#include "model/families.h"
#include "model/model.h"
#include "model/save.h"
#include "parity/parity_fixture.h"
#include "temporary_folder.h"

namespace nomic_bert_test {

using namespace hone;

Json tiny_config() { return read_json(fixture_models() / "tiny-nomic_bert" / "config.json"); }

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
  const auto tensors = read_tensors(fixture_models() / "tiny-nomic_bert" / "parity.safetensors");
  return model.forward(packed_batch(tensors), context);
}

TEST_CASE("dropout is a function of seed, step and micro-batch") {
  const auto model = model::load_model({fixture_models() / "tiny-nomic_bert"}).model;
  const at::NoGradGuard no_grad;
  const at::Tensor logits = training_logits(*model, {true, 42, 5, 1});
  CHECK(at::equal(training_logits(*model, {true, 42, 5, 1}), logits));
  CHECK_FALSE(at::equal(training_logits(*model, {true, 43, 5, 1}), logits));
  CHECK_FALSE(at::equal(training_logits(*model, {true, 42, 6, 1}), logits));
  CHECK_FALSE(at::equal(training_logits(*model, {true, 42, 5, 2}), logits));
  CHECK_FALSE(at::equal(training_logits(*model, {}), logits));
}

TEST_CASE("the names of the first checkpoints' keys are accepted") {
  const std::pair<const char*, const char*> names[] = {{"hidden_size", "n_embd"},
                                                       {"num_hidden_layers", "n_layer"},
                                                       {"num_attention_heads", "n_head"},
                                                       {"intermediate_size", "n_inner"},
                                                       {"max_position_embeddings", "n_positions"},
                                                       {"layer_norm_eps", "layer_norm_epsilon"}};
  Json json = tiny_config();
  for (const auto& [today, before] : names) {
    json[before] = json[today];
    json.erase(today);
  }
  json.erase("rope_parameters");
  json.erase("head_dim");
  json["rotary_emb_base"] = 1000;
  json["activation_function"] = "swiglu";
  json["rotary_emb_fraction"] = 1.0;
  json["prenorm"] = false;
  const TemporaryFolder folder;
  folder.write("config.json", json.dump());
  std::filesystem::copy_file(fixture_models() / "tiny-nomic_bert" / "model.safetensors",
                             folder.path() / "model.safetensors");
  const at::NoGradGuard no_grad;
  CHECK(at::equal(training_logits(*model::load_model({folder.path()}).model, {}),
                  training_logits(*model::load_model({fixture_models() / "tiny-nomic_bert"}).model, {})));
}

// transformers saves this family under the names of its first checkpoints, so the fixture has them.
tensor::NamedTensors stored_weights() {
  tensor::NamedTensors stored;
  for (const auto& [name, value] : read_tensors(fixture_models() / "tiny-nomic_bert" / "model.safetensors")) {
    stored.emplace_back(name, value);
  }
  return stored;
}

// A copy of the fixture with other weights.
struct Changed {
  explicit Changed(const tensor::NamedTensors& weights) {
    std::filesystem::copy_file(fixture_models() / "tiny-nomic_bert" / "config.json", folder.path() / "config.json");
    tensor::write_safetensors(folder.path() / "model.safetensors", weights);
  }
  at::Tensor logits() const {
    const at::NoGradGuard no_grad;
    return training_logits(*model::load_model({folder.path()}).model, {});
  }
  TemporaryFolder folder;
};

TEST_CASE("the names and joined matrices of the first checkpoints are read, and today's names are written") {
  const at::NoGradGuard no_grad;
  const auto loaded = model::load_model({fixture_models() / "tiny-nomic_bert"});
  CHECK(loaded.report.newly_initialized.empty());
  CHECK(loaded.report.unused.empty());
  const at::Tensor expected = training_logits(*loaded.model, {});
  for (const std::string prefix : {"", "bert."}) {  // of nomic-embed-text and of nomic-bert-2048
    tensor::NamedTensors renamed;
    for (const auto& [name, value] : stored_weights()) {
      renamed.emplace_back(name.starts_with("nomic_bert.") ? prefix + name.substr(11) : name, value);
    }
    CHECK(at::equal(Changed(renamed).logits(), expected));
  }
  const TemporaryFolder folder;
  model::save_model(*loaded.model, loaded.config, folder.path());
  const auto saved = read_tensors(folder.path() / "model.safetensors");
  CHECK(saved.contains("nomic_bert.layers.0.self_attn.q_proj.weight"));
  CHECK(at::equal(training_logits(*model::load_model({folder.path()}).model, {}), expected));
}

TEST_CASE("a joined matrix whose rows do not divide is an error") {
  tensor::NamedTensors cut;
  for (const auto& [name, value] : stored_weights()) {
    cut.emplace_back(name, name.find("Wqkv") == std::string::npos ? value : value.slice(0, 1).contiguous());
  }
  CHECK(contains(expect_error([&] { Changed(cut).logits(); }).what(),
                 "layers.0.attn.Wqkv.weight\" has shape [95, 32], whose rows are not those of 3 equal parameters"));
}

TEST_CASE("a head may be wider than its share of the model") {
  Json json = tiny_config();
  json["head_dim"] = 16;
  CHECK(make_model(json)->module().named_parameters()["nomic_bert.layers.0.self_attn.q_proj.weight"].size(0) == 64);
}

TEST_CASE("unsupported values in NomicBERT's config.json are errors") {
  CHECK(
      contains(error_for({{"num_attention_heads", 5}, {"head_dim", nullptr}}).what(), "does not divide into 5 heads"));
  CHECK(contains(error_for({{"head_dim", 7}}).what(), "heads of width 7 have no pairs"));
  CHECK(contains(error_for({{"hidden_act", "silo"}}).hint(), "did you mean \"silu\"?"));
  const Error prenorm = error_for({{"prenorm", true}});
  CHECK(prenorm.kind() == ErrorKind::kUnsupported);
  CHECK(std::string(prenorm.what()) == "config.json: \"prenorm\" is true");
  CHECK(contains(prenorm.hint(), "with false"));
  CHECK(contains(error_for({{"activation_function", "geglu"}}).what(), "\"activation_function\" is \"geglu\""));
  CHECK(contains(error_for({{"moe_every_n_layers", 2}}).what(), "\"moe_every_n_layers\" is 2"));
}

}  // namespace nomic_bert_test
