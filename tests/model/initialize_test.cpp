#include "model/initialize.h"

#include <ATen/Version.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/sin.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "base/sha256.h"
#include "expect_error.h"
#include "model/save.h"
#include "parity/parity_fixture.h"
#include "temporary_folder.h"

namespace initialize_test {

using namespace hone;

std::string all_bytes(const model::Model& model) {
  std::string bytes;
  for (const auto& [name, tensor] : model::saved_tensors(model)) {
    const at::Tensor block = tensor.contiguous();
    bytes.append(static_cast<const char*>(block.const_data_ptr()), block.nbytes());
  }
  return bytes;
}

// Compares the first numbers of each parameter, and all bits if the fixture was made with the same instruction set.
void check_draw(const model::Model& model, const Json& expected, const std::string& capability) {
  for (const auto& [name, tensor] : model::saved_tensors(model)) {
    INFO(name);
    const auto first = at::tensor(expected["first"][name].get<std::vector<float>>());
    CHECK(at::allclose(tensor.flatten().slice(0, 0, first.numel()), first, 1e-5, 1e-7));
  }
  if (at::get_cpu_capability() == capability) {
    CHECK(sha256(all_bytes(model)) == expected["sha256"].get<std::string>());
  } else {
    MESSAGE("the fixture's bits hold for " << capability << ", this machine has " << at::get_cpu_capability());
  }
}

// Writes a copy of the tiny model whose checkpoint lacks the tensors with these prefixes.
void write_without(const TemporaryFolder& folder, const std::string& family, const std::vector<std::string>& prefixes) {
  const auto source = fixture_models() / ("tiny-" + family);
  std::filesystem::copy_file(source / "config.json", folder.path() / "config.json");
  tensor::NamedTensors kept;
  for (const auto& [name, value] : read_tensors(source / "model.safetensors")) {
    const bool dropped =
        std::any_of(prefixes.begin(), prefixes.end(), [&](const auto& p) { return name.starts_with(p); });
    if (!dropped) kept.emplace_back(name, value);
  }
  tensor::write_safetensors(folder.path() / "model.safetensors", kept);
}

TEST_CASE("a model from config.json alone has the weights that from_config draws after set_seed") {
  for (const std::string& name : tiny_models()) {
    INFO(name);
    const auto source = fixture_models() / name;
    const Json fixture = read_json(source / "parity.json");
    const TemporaryFolder folder;
    std::filesystem::copy_file(source / "config.json", folder.path() / "config.json");
    const auto loaded = model::load_model({folder.path()});
    CHECK(loaded.report.from_config_only);
    CHECK(loaded.report.newly_initialized.size() == fixture["parameters"].size());
    check_draw(*loaded.model, fixture["draws"]["from_config"], fixture["versions"]["cpu_capability"]);
  }
}

TEST_CASE("a head that the checkpoint lacks has the weights that from_pretrained draws after set_seed") {
  const std::map<std::string, std::vector<std::string>> missing = {
      {"bert", {"bert.pooler.", "classifier."}},
      {"distilbert", {"pre_classifier.", "classifier."}},
      {"roberta", {"classifier."}},
      {"electra", {"classifier."}},
      {"albert", {"classifier."}},
      {"mpnet", {"classifier."}},
      {"deberta-v2", {"pooler.", "classifier."}},
      {"modernbert", {"head.", "classifier."}},
      {"nomic_bert", {"nomic_bert.pooler.", "classifier."}},
      {"llama", {"score."}},
      {"gpt2", {"score."}},
      {"gpt_neox", {"score."}}};
  for (const auto& [family, prefixes] : missing) {
    const Json fixture = read_json(fixture_models() / ("tiny-" + family) / "parity.json");
    const TemporaryFolder folder;
    write_without(folder, family, prefixes);
    const auto loaded = model::load_model({folder.path()});
    const size_t num_new = is_decoder(family) ? 1 : family == "albert" ? 2 : 4;
    CHECK(loaded.report.newly_initialized.size() == num_new);
    check_draw(*loaded.model, fixture["draws"]["missing_head"], fixture["versions"]["cpu_capability"]);
  }
}

TEST_CASE("the same seed draws the same head, another seed another") {
  const TemporaryFolder folder;
  write_without(folder, "bert", {"classifier."});
  const auto head = [&](uint64_t seed) {
    model::ModelRequest request{folder.path()};
    request.seed = seed;
    return model::load_model(request).model->module().named_parameters()["classifier.weight"];
  };
  CHECK(at::equal(head(1), head(1)));
  CHECK_FALSE(at::equal(head(1), head(2)));
}

TEST_CASE("an initializer_range of 0 is read as unset, as in HF") {
  for (const char* range : {"0", "0.02"}) {
    const TemporaryFolder folder;
    write_without(folder, "bert", {"classifier."});
    model::ModelRequest request{folder.path()};
    request.config_overrides = {{"initializer_range", range}};
    const auto model = model::load_model(request).model;
    CHECK(model->module().named_parameters()["classifier.weight"].std().item<double>() ==
          doctest::Approx(0.02).epsilon(0.3));
  }
}

TEST_CASE("a module that no rule draws is an internal error") {
  struct Odd : torch::nn::Module {
    Odd() { register_parameter("weight", at::zeros({1})); }
  };
  const auto odd = std::make_shared<Odd>();
  CHECK(expect_error([&] {
          model::draw_all(*odd, std::vector<std::string>{"body"}, 0.02, model::seeded_generator(1));
        }).kind() == ErrorKind::kInternal);
}

// Expected: _get_resized_embeddings of transformers 5.23 after torch.manual_seed(7).
TEST_CASE("new rows of an embedding are drawn as resize_token_embeddings draws them") {
  struct Case {
    int64_t num_rows;
    std::vector<float> added;
    float next_draw;
  };
  const std::vector<Case> cases{
      {12,
       {0.17969046533107758F, -0.07807286828756332F, -0.029634078964591026F, 0.15585070848464966F, 0.1796501874923706F,
        -0.07807429879903793F, -0.029648417606949806F, 0.1559000015258789F},
       0.10724145919084549F},
      // The covariance of one row is not positive definite, so the new rows are the mean.
      {1,
       {0.0F, 0.3616154193878174F, 0.9958808422088623F, -0.18729466199874878F, 0.0F, 0.3616154193878174F,
        0.9958808422088623F, -0.18729466199874878F},
       0.13732409477233887F},
  };
  for (const Case& one : cases) {
    nn::Embedding embedding(one.num_rows, 4, 0);
    const at::NoGradGuard no_gradients;
    embedding.weight.copy_(at::sin(at::arange(one.num_rows * 4, at::kDouble).square() * 0.37).view({one.num_rows, 4}));
    const at::Tensor old = embedding.weight.clone(), held = embedding.weight;
    at::Generator generator = model::seeded_generator(7);
    model::add_embedding_rows(embedding, one.num_rows + 2, generator);
    CHECK(embedding.weight.sizes() == at::IntArrayRef({one.num_rows + 2, 4}));
    CHECK(embedding.weight.is_same(held));
    CHECK(embedding.weight.requires_grad());
    CHECK(at::equal(embedding.weight.narrow(0, 0, one.num_rows), old));
    const at::Tensor added = embedding.weight.narrow(0, one.num_rows, 2).flatten();
    CHECK(at::allclose(added, at::tensor(one.added), 0, 1e-7));
    CHECK(at::empty({1}).normal_(0.0, 1.0, generator).item<float>() == one.next_draw);
  }
}

TEST_CASE("an embedding that is large enough draws no rows and keeps all") {
  nn::Embedding embedding(3, 4);
  at::Generator generator = model::seeded_generator(7);
  model::add_embedding_rows(embedding, 3, generator);
  CHECK(at::equal(at::empty({1}).normal_(0.0, 1.0, generator),
                  at::empty({1}).normal_(0.0, 1.0, model::seeded_generator(7))));
  CHECK(contains(expect_error([&] { model::add_embedding_rows(embedding, 2, generator); }).what(), "only grows"));
}

}  // namespace initialize_test
