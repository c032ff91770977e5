#include "model/families.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <set>

#include "expect_error.h"
#include "model/model.h"
#include "parity/parity_fixture.h"

using namespace hone;

TEST_CASE("every family has a doc line, keys and a parity fixture, from which a model is constructed") {
  for (const model::Family& family : model::families()) {
    INFO(family.name);
    CHECK_FALSE(family.doc.empty());
    CHECK_FALSE(family.config_keys().empty());
    const bool has_both = std::ranges::find(family.heads, "seq2seq-lm", &model::HeadRow::kind) != family.heads.end();
    const auto folder = has_both ? fixture_models().parent_path() / "seq2seq" / family.name
                                 : fixture_models() / fmt::format("tiny-{}", family.name);
    REQUIRE(std::filesystem::exists(folder / "parity.safetensors"));
    const auto config = model::ModelConfig::read(folder);
    CHECK(&model::family_of(config) == &family);
    CHECK(model::saved_head(config) == (has_both ? "seq2seq-lm" : "sequence"));
    for (const model::HeadRow& head : family.heads) {
      INFO(head.kind);
      const model::Model model(config, family, head);
      CHECK(model.class_name() == head.class_name);
      std::set<std::string> first_parts;
      for (const auto& name : model.module().named_parameters().keys()) {
        first_parts.insert(name.substr(0, name.find('.')));
        CHECK(model.is_head(name) == !name.starts_with(std::string(family.body) + "."));
        if (model.is_head(name)) CHECK(model::may_be_drawn(head, name));
      }
      CHECK(first_parts.contains(std::string(family.body)));
      const bool has_head = head.make != nullptr;
      CHECK((first_parts.contains("classifier") || first_parts.contains("score")) ==
            (has_head && !head.predicts_words));
      // The head of a language model may be the table of words alone.
      const bool is_decoders = head.kind == "causal-lm" || head.kind == "seq2seq-lm";
      const bool has_own = is_decoders ? model.ties().empty() : has_head;
      CHECK((first_parts.size() > 1) == has_own);
    }
  }
}

TEST_CASE("the head of a saved model is known by its class; an unknown kind is an error") {
  const auto head_of = [](const char* text) {
    return model::saved_head({parse_json(text, "config.json"), "config.json"});
  };
  CHECK(head_of(R"({"model_type": "bert", "architectures": ["BertForTokenClassification"]})") == "token");
  CHECK(head_of(R"({"model_type": "bert", "architectures": ["BertForMaskedLM"]})") == "masked-lm");
  CHECK(head_of(R"({"model_type": "bert", "architectures": ["BertForPreTraining"]})").empty());
  CHECK(head_of(R"({"model_type": "bert", "architectures": [3]})").empty());
  CHECK(head_of(R"({"model_type": "bert"})").empty());
  const Error error = expect_error([] { model::find_head(model::families()[0], "image"); });
  CHECK(error.kind() == ErrorKind::kUnsupported);
  CHECK(std::string(error.what()) == "bert has no head of the kind \"image\"");
  CHECK(error.hint() == "it has those of the kinds sequence, token, masked-lm, pooling");
}

TEST_CASE("a folder that is called like another family gets a note") {
  const auto note = [](std::string_view folder, const char* model_type) {
    const model::ModelConfig config(Json({{"model_type", model_type}}), "config.json");
    return model::misleading_name_note(folder, model::family_of(config));
  };
  CHECK(note("chinese-roberta-wwm-ext", "bert") ==
        "chinese-roberta-wwm-ext is read as \"bert\", the model_type of its config.json; the name of a folder decides "
        "nothing");
  CHECK(note("bert-tiny", "roberta"));
  CHECK(note("my-ALBERT", "bert"));
  CHECK_FALSE(note("chinese-macbert-base", "bert"));
  CHECK_FALSE(note("distilbert-base-uncased", "distilbert"));
  CHECK_FALSE(note("xlm-roberta-base", "xlm-roberta"));
  CHECK_FALSE(note("deberta-v3-small", "deberta-v2"));
  CHECK_FALSE(note("Nomic-BERT-2048", "nomic_bert"));
  CHECK_FALSE(note("sentiment", "electra"));
}

TEST_CASE("an unknown model_type is unsupported, with the nearest name") {
  const model::ModelConfig config(parse_json(R"({"model_type": "distilbret"})", "config.json"), "config.json");
  const Error error = expect_error([&] { model::family_of(config); });
  CHECK(error.kind() == ErrorKind::kUnsupported);
  CHECK(contains(error.what(), "unknown model_type \"distilbret\""));
  CHECK(contains(error.hint(), "did you mean \"distilbert\"? known: bert, distilbert, roberta"));
  for (const model::Family& family : model::families()) CHECK(contains(error.hint(), family.name));
}

TEST_CASE("families that hone leaves out are refused with the reason") {
  const auto refusal = [](const char* type) {
    const model::ModelConfig config(Json{{"model_type", type}}, "folder/config.json");
    return expect_error([&] { model::family_of(config); });
  };
  CHECK(refusal("falcon").kind() == ErrorKind::kUnsupported);
  CHECK(contains(refusal("falcon").what(),
                 "folder/config.json: \"model_type\" is \"falcon\", which is a decoder that hone does not compute"));
  CHECK(contains(refusal("falcon").hint(), "hone computes decoders such as llama, qwen3, gemma2 and gpt2"));
  CHECK(contains(refusal("gemma3").what(), "which reads images and text"));
  CHECK(contains(refusal("gemma3").hint(), "its text part, \"gemma3_text\""));
  CHECK(contains(refusal("pegasus").hint(), "hone computes t5, mt5, bart, mbart and marian"));
  CHECK(contains(refusal("pegasus").what(), "which has an encoder and a decoder that hone does not compute"));
  CHECK(contains(refusal("xlm").what(), "\"xlm\", which is a family that hone does not compute"));
  CHECK(contains(refusal("xlm").hint(), "xlm-roberta"));
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

TEST_CASE("the tables that old checkpoints store beside weights are known") {
  CHECK(model::is_computed_table(model::families()[0], "bert.embeddings.position_ids"));
  CHECK(model::is_computed_table(model::families()[0], "embeddings.position_ids"));
  CHECK_FALSE(model::is_computed_table(model::families()[0], "embeddings.position_embeddings.weight"));
}

TEST_CASE("only head and pooler may be drawn") {
  const model::HeadRow& head = model::find_head(model::families()[0], "sequence");
  CHECK(model::may_be_drawn(head, "classifier.weight"));
  CHECK(model::may_be_drawn(head, "bert.pooler.dense.bias"));
  CHECK_FALSE(model::may_be_drawn(head, "bert.embeddings.word_embeddings.weight"));
}
