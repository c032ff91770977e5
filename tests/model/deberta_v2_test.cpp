#include "model/deberta_v2.h"

#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/zeros.h>
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "expect_error.h"
#include "model/families.h"
#include "model/model.h"
#include "parity/parity_fixture.h"
#include "temporary_folder.h"

namespace deberta_v2_test {

using namespace hone;

std::unique_ptr<model::Model> deberta_of(const Json& changes) {
  Json json = read_json(fixture_models() / "tiny-deberta-v2-conv" / "config.json");
  json.update(changes);
  const model::ModelConfig config(json, "config.json");
  const model::Family& family = model::family_of(config);
  return std::make_unique<model::Model>(config, family, model::find_head(family, "sequence"));
}

TEST_CASE("variants that hone cannot compute are refused with the key") {
  const auto refusal = [](const Json& changes) {
    const Error error = expect_error([&] { deberta_of(changes); });
    CHECK(error.kind() == ErrorKind::kUnsupported);
    return std::string(error.what());
  };
  CHECK(contains(refusal({{"embedding_size", 16}}), "config.json: \"embedding_size\" is 16"));
  CHECK(contains(refusal({{"pooler_hidden_size", 16}}), "\"pooler_hidden_size\" is 16"));
  CHECK(contains(refusal({{"conv_kernel_size", 4}}), "\"conv_kernel_size\" is 4"));
  CHECK(contains(refusal({{"conv_groups", 2}}), "\"conv_groups\" is 2"));
  CHECK(contains(refusal({{"pos_att_type", "c2p|p2p"}}), "\"pos_att_type\" has \"p2p\""));
}

TEST_CASE("buckets whose logarithm does not grow are an error") {
  const Error error = expect_error([] { deberta_of({{"position_buckets", 10}}); });
  CHECK(error.kind() == ErrorKind::kInput);
  CHECK(contains(error.what(), "\"position_buckets\" is 10, and distances go to 6"));
  CHECK_NOTHROW(deberta_of({{"position_buckets", 8}}));
}

TEST_CASE("a term of distances has a linear only if the model has this term and does not share the tokens'") {
  const auto has = [](const Json& changes, const char* name) {
    return deberta_of(changes)->module().named_parameters().contains(
        std::string("deberta.encoder.layer.0.attention.self.") + name);
  };
  CHECK(has(Json::object(), "pos_key_proj.weight"));
  CHECK(has({{"pos_att_type", "C2P"}}, "pos_key_proj.weight"));
  CHECK_FALSE(has({{"pos_att_type", "C2P"}}, "pos_query_proj.weight"));
  CHECK_FALSE(has({{"share_att_key", true}}, "pos_key_proj.weight"));
  CHECK_FALSE(has({{"relative_attention", false}}, "pos_key_proj.weight"));
}

TEST_CASE("a stored table of positions that the model does not read is ignored") {
  const TemporaryFolder folder;
  const auto source = fixture_models() / "tiny-deberta-v2";
  std::filesystem::copy_file(source / "config.json", folder.path() / "config.json");
  tensor::NamedTensors tensors;
  for (const auto& [name, value] : read_tensors(source / "model.safetensors")) tensors.emplace_back(name, value);
  tensors.emplace_back("deberta.embeddings.position_embeddings.weight", at::zeros({40, 32}));
  tensor::write_safetensors(folder.path() / "model.safetensors", tensors);
  CHECK(model::load_model({folder.path()}).report.unused.empty());
}

TEST_CASE("a text has the same logits alone and beside a longer one") {
  const at::NoGradGuard no_gradients;
  const auto expected = read_tensors(fixture_models() / "tiny-deberta-v2" / "parity.safetensors");
  const auto model = model::load_model({fixture_models() / "tiny-deberta-v2"}).model;
  const model::Inputs all = packed_batch(expected);
  model::Inputs first;
  const int64_t length = all.text.packing.length(0);
  first.text.packing = tensor::Packing::from_lengths({length});
  first.text.ids = all.text.ids.narrow(0, 0, length);
  CHECK(relative_difference(model->forward(first, {}), model->forward(all, {}).narrow(0, 0, 1)) < 1e-5);
}

}  // namespace deberta_v2_test
