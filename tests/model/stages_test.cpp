#include "model/stages.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "model/parameters.h"
#include "parity/parity_fixture.h"

namespace stages_test {

using namespace hone;

// The names of what each stage reads.
std::vector<std::set<std::string>> named_stages(const std::string& family) {
  const model::LoadedModel loaded = model::load_model({fixture_models() / ("tiny-" + family)});
  const auto parameters = model::named_parameters(*loaded.model);
  std::vector<std::set<std::string>> stages;
  for (const std::vector<size_t>& stage : model::find_stages(*loaded.model).parameters) {
    CHECK(std::ranges::is_sorted(stage));
    stages.emplace_back();
    for (const size_t i : stage) stages.back().insert(parameters[i].name);
  }
  return stages;
}

// Returns whether all names of the stage begin with the prefix, and there are `count` of them.
bool begin_with(const std::set<std::string>& stage, const std::string& prefix, size_t count) {
  return stage.size() == count &&
         std::ranges::all_of(stage, [&](const std::string& name) { return name.starts_with(prefix); });
}

TEST_CASE("the stages of BERT are its embeddings, its layers, and pooler with classifier") {
  const auto stages = named_stages("bert");
  REQUIRE(stages.size() == 4);
  CHECK(begin_with(stages[0], "bert.embeddings.", 5));
  CHECK(begin_with(stages[1], "bert.encoder.layer.0.", 16));
  CHECK(begin_with(stages[2], "bert.encoder.layer.1.", 16));
  CHECK(stages[3] == std::set<std::string>{"bert.pooler.dense.weight", "bert.pooler.dense.bias", "classifier.weight",
                                           "classifier.bias"});
}

TEST_CASE("the stages of DistilBERT and ModernBERT have the layers' names of their families") {
  const auto stages = named_stages("distilbert");
  CHECK(begin_with(stages[0], "distilbert.embeddings.", 4));
  CHECK(begin_with(stages[2], "distilbert.transformer.layer.1.", 16));
  CHECK(stages[3].contains("pre_classifier.weight"));
  const auto modern = named_stages("modernbert");
  REQUIRE(modern.size() == 5);
  CHECK(begin_with(modern[0], "model.embeddings.", 2));
  CHECK(modern[4].contains("model.final_norm.weight"));
}

TEST_CASE("layers that share weights read the same parameters") {
  const auto stages = named_stages("albert");  // the first group computes two of the three layers
  REQUIRE(stages.size() == 5);
  CHECK(stages[0].contains("albert.encoder.embedding_hidden_mapping_in.weight"));
  CHECK(stages[1] == stages[2]);
  CHECK(stages[1] != stages[3]);
}

TEST_CASE("every layer of DeBERTa and MPNet reads the table of distances") {
  for (const auto& [family, table] : {std::pair("deberta-v2", "deberta.encoder.rel_embeddings.weight"),
                                      {"deberta", "deberta.encoder.rel_embeddings.weight"},
                                      {"mpnet", "mpnet.encoder.relative_attention_bias.weight"}}) {
    CAPTURE(family);
    const auto stages = named_stages(family);
    CHECK_FALSE(stages[0].contains(table));
    CHECK(stages[1].contains(table));
    CHECK(stages[2].contains(table));
  }
}

TEST_CASE("every parameter of every family belongs to a stage") {
  for (const std::string& name : tiny_models()) {
    CAPTURE(name);
    const model::LoadedModel loaded = model::load_model({fixture_models() / name});
    const model::Stages stages = model::find_stages(*loaded.model);
    CHECK(static_cast<int64_t>(stages.num_layers()) == loaded.model->num_layers());
    std::set<size_t> found;
    for (const std::vector<size_t>& stage : stages.parameters) found.insert(stage.begin(), stage.end());
    CHECK(found.size() == model::named_parameters(*loaded.model).size());
  }
}

TEST_CASE("a model keeps its stages, also when some are frozen") {
  const model::LoadedModel loaded = model::load_model({fixture_models() / "tiny-bert"});
  const model::Stages& stages = loaded.model->stages();
  CHECK(stages.parameters == model::find_stages(*loaded.model).parameters);
  for (const size_t i : stages.parameters.front()) {
    model::named_parameters(*loaded.model)[i].tensor.requires_grad_(false);
  }
  loaded.model->set_frozen({{true, false, false, false}, true});
  CHECK(&loaded.model->stages() == &stages);
}

TEST_CASE("a decoder to the vocabulary reads the table of words") {
  const auto folder = std::filesystem::path(HONE_SOURCE_DIR) / "tests" / "fixtures" / "masked_lm" / "bert";
  const model::LoadedModel loaded = model::load_model({.model_dir = folder, .head = "masked-lm"});
  const auto parameters = model::named_parameters(*loaded.model);
  const model::Stages stages = model::find_stages(*loaded.model);
  const auto reads_words = [&](const std::vector<size_t>& stage) {
    return std::ranges::any_of(
        stage, [&](size_t i) { return parameters[i].name == "bert.embeddings.word_embeddings.weight"; });
  };
  CHECK(reads_words(stages.parameters.front()));
  CHECK(reads_words(stages.parameters.back()));
}

}  // namespace stages_test
