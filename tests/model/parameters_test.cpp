#include "model/parameters.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <algorithm>

#include "parity/parity_fixture.h"

using namespace hone;

TEST_CASE("parameters have HF's names and order, and weight decay applies to the same ones as in HF's Trainer") {
  for (const std::string& name : tiny_models()) {
    CAPTURE(name);
    const auto folder = fixture_models() / name;
    const Json fixture = read_json(folder / "parity.json");
    const auto model = model::load_model({folder}).model;
    std::vector<std::string> names, decaying;
    for (const auto& parameter : model::named_parameters(*model)) {
      names.push_back(parameter.name);
      if (parameter.decays) decaying.push_back(parameter.name);
    }
    CHECK(names == fixture["parameters"].get<std::vector<std::string>>());
    CHECK(decaying == fixture["training"]["decay_parameters"].get<std::vector<std::string>>());
  }
}

TEST_CASE("hidden matrices are the weights of linears but the last one") {
  const auto model = model::load_model({fixture_models() / "tiny-bert"}).model;
  std::vector<std::string> hidden;
  for (const auto& parameter : model::named_parameters(*model)) {
    if (parameter.is_hidden_matrix) hidden.push_back(parameter.name);
  }
  CHECK(hidden.size() == 2 * 6 + 1);
  CHECK(std::ranges::find(hidden, "bert.encoder.layer.0.attention.self.query.weight") != hidden.end());
  CHECK(std::ranges::find(hidden, "bert.pooler.dense.weight") != hidden.end());
  CHECK(std::ranges::find(hidden, "classifier.weight") == hidden.end());
  CHECK(std::ranges::find(hidden, "bert.embeddings.word_embeddings.weight") == hidden.end());
}

TEST_CASE("a parameter's name decides whether it decays") {
  CHECK(model::decays("bert.encoder.layer.0.output.dense.weight"));
  CHECK(model::decays("normal.weight"));
  CHECK_FALSE(model::decays("classifier.bias"));
  CHECK_FALSE(model::decays("bert.embeddings.LayerNorm.weight"));
  CHECK_FALSE(model::decays("x.sa_layer_norm.weight"));
  CHECK_FALSE(model::decays("model.norm.weight"));
  CHECK_FALSE(model::decays("final_norm"));
  CHECK(model::decays("norm_head.weight"));
}

TEST_CASE("the parameters are counted") {
  // 106*32 + 40*32 + 2*32 + 64; a layer: 4*(32*32 + 32) + 64 + 2*32*37 + 37 + 32 + 64; pooler 1056; classifier 99.
  const auto model = model::load_model({fixture_models() / "tiny-bert"}).model;
  CHECK(model::num_parameters(*model) == 3392 + 1280 + 64 + 64 + 2 * (4224 + 64 + 2368 + 37 + 32 + 64) + 1056 + 99);
}
