#include "model/families.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <set>

#include "expect_error.h"
#include "parity/parity_fixture.h"

using namespace hone;

TEST_CASE("every family has a doc line, keys and a parity fixture, from which a model is constructed") {
  for (const model::Family& family : model::families()) {
    INFO(family.name);
    CHECK_FALSE(family.doc.empty());
    CHECK_FALSE(family.config_keys().empty());
    const auto folder = fixture_models() / fmt::format("tiny-{}", family.name);
    REQUIRE(std::filesystem::exists(folder / "parity.safetensors"));
    const auto config = model::ModelConfig::read(folder);
    CHECK(&model::family_of(config) == &family);
    const auto model = family.make_classifier(config);
    std::set<std::string> first_parts;
    for (const auto& name : model->named_parameters().keys()) first_parts.insert(name.substr(0, name.find('.')));
    CHECK(first_parts.contains(std::string(family.body)));
    CHECK(config.json()["architectures"][0] == std::string(family.classifier_class));
  }
}

TEST_CASE("an unknown model_type is an error that suggests the nearest one") {
  const model::ModelConfig config(parse_json(R"({"model_type": "distilbret"})", "config.json"), "config.json");
  const Error error = expect_error([&] { model::family_of(config); });
  CHECK(error.kind() == ErrorKind::kUnsupported);
  CHECK(contains(error.what(), "unknown model_type \"distilbret\""));
  CHECK(contains(error.hint(), "did you mean \"distilbert\"? known: bert, distilbert"));
}

TEST_CASE("the names of old checkpoints are translated") {
  const model::Family& bert = model::families()[0];
  const std::set<std::string> parameters = {"bert.embeddings.LayerNorm.weight", "bert.embeddings.LayerNorm.bias",
                                            "bert.pooler.dense.weight", "classifier.weight"};
  const auto name = [&](const char* stored) {
    return model::canonical_name(bert, stored, [&](const std::string& n) { return parameters.contains(n); });
  };
  CHECK(name("bert.embeddings.LayerNorm.weight") == "bert.embeddings.LayerNorm.weight");
  CHECK(name("bert.embeddings.LayerNorm.gamma") == "bert.embeddings.LayerNorm.weight");
  CHECK(name("embeddings.LayerNorm.beta") == "bert.embeddings.LayerNorm.bias");
  CHECK(name("pooler.dense.weight") == "bert.pooler.dense.weight");
  CHECK(name("module.bert.pooler.dense.weight") == "bert.pooler.dense.weight");
  CHECK(name("classifier.weight") == "classifier.weight");
  CHECK(name("cls.predictions.bias") == "cls.predictions.bias");
}

TEST_CASE("is_buffer_name() recognises the buffers of old checkpoints") {
  CHECK(model::is_buffer_name("bert.embeddings.position_ids"));
  CHECK(model::is_buffer_name("embeddings.position_ids"));
  CHECK_FALSE(model::is_buffer_name("embeddings.position_embeddings.weight"));
}

TEST_CASE("only the head and the pooler may be initialized randomly") {
  const model::Family& bert = model::families()[0];
  CHECK(model::may_be_drawn(bert, "classifier.weight"));
  CHECK(model::may_be_drawn(bert, "bert.pooler.dense.bias"));
  CHECK_FALSE(model::may_be_drawn(bert, "bert.embeddings.word_embeddings.weight"));
}
