#include "model/adapter_config.h"

#include <doctest/doctest.h>

#include <cmath>

#include "expect_error.h"
#include "temporary_folder.h"

namespace adapter_config_test {

using namespace hone;
using model::AdapterConfig;

AdapterConfig read(const Json& json) {
  const TemporaryFolder folder;
  folder.write("adapter_config.json", json.dump());
  return AdapterConfig::read(folder.path());
}

Json lora(const Json& more) {
  Json json = {{"peft_type", "LORA"}, {"base_model_name_or_path", "base"}};
  json.update(more);
  return json;
}

Error failure(const Json& json) {
  return expect_error([&] { read(json); });
}

TEST_CASE("missing keys have PEFT's defaults, and values are read") {
  const AdapterConfig plain = read(lora(Json::object()));
  CHECK(plain.rank == 8);
  CHECK(plain.alpha == 8);
  CHECK(plain.dropout == 0);
  CHECK_FALSE(plain.use_rslora);
  CHECK_FALSE(plain.use_dora);
  CHECK(plain.modules_to_save.empty());
  CHECK(plain.base_model == "base");
  const AdapterConfig own = read(lora({{"r", 4},
                                       {"lora_alpha", 2.5},
                                       {"lora_dropout", 0.1},
                                       {"use_rslora", true},
                                       {"use_dora", true},
                                       {"bias", "none"},
                                       {"init_lora_weights", "gaussian"},
                                       {"modules_to_save", {"classifier", "score", "classifier"}},
                                       {"target_modules", ".*query"},
                                       {"task_type", "TOKEN_CLS"}}));
  CHECK(own.rank == 4);
  CHECK(own.alpha == 2.5);
  CHECK(own.dropout == 0.1);
  CHECK(own.use_rslora);
  CHECK(own.use_dora);
  CHECK(own.modules_to_save == std::vector<std::string>{"classifier", "score"});
  CHECK(own.target_modules == ".*query");
  CHECK(own.task_type == "TOKEN_CLS");
}

TEST_CASE("what is written has every key of PEFT, and keeps keys that hone does not know") {
  const Json json =
      read(lora({{"r", 4}, {"lora_alpha", 16}, {"of_a_later_version", 3}, {"peft_version", "0.9"}})).to_json();
  CHECK(json["r"] == 4);
  CHECK(json["lora_alpha"].is_number_integer());
  CHECK(json["of_a_later_version"] == 3);
  CHECK(json["peft_version"] == "0.21.2");
  CHECK(json["modules_to_save"].is_null());
  CHECK(json["megatron_core"] == "megatron.core");
}

TEST_CASE("patterns give linears ranks and alphas of their own") {
  const AdapterConfig config = read(lora({{"r", 8},
                                          {"lora_alpha", 4},
                                          {"rank_pattern", {{"query", 2}, {"layer\\.1\\..*value", 16}}},
                                          {"alpha_pattern", {{"query", 6}}}}));
  CHECK(config.rank_of("bert.layer.0.query") == 2);
  CHECK(config.rank_of("bert.layer.0.key_query") == 8);
  CHECK(config.rank_of("bert.layer.1.value") == 16);
  CHECK(config.scale_of("bert.layer.0.query") == 3);
  CHECK(config.scale_of("bert.layer.1.value") == 0.25);
  AdapterConfig stabilized = config;
  stabilized.use_rslora = true;
  CHECK(stabilized.scale_of("key") == doctest::Approx(4 / std::sqrt(8)));
}

TEST_CASE("a module is saved whole if its name, or that of one around it, ends like an entry") {
  AdapterConfig config;
  config.modules_to_save = {"classifier", "LayerNorm"};
  CHECK(config.saves_whole("classifier.weight"));
  CHECK(config.saves_whole("classifier.dense.weight"));
  CHECK(config.saves_whole("pre_classifier.bias"));  // as PEFT's endswith
  CHECK(config.saves_whole("bert.embeddings.LayerNorm.weight"));
  CHECK_FALSE(config.saves_whole("bert.pooler.dense.weight"));
}

TEST_CASE("a rank is a whole number") {
  CHECK(contains(failure(lora({{"r", 2.5}})).what(), "\"r\" is 2.5, not a whole number"));
  CHECK(contains(failure(lora({{"rank_pattern", {{"query", 2.5}}}})).what(), "\"rank_pattern\" is 2.5"));
}

TEST_CASE("another method, another variant and invalid values are errors that name file, key and value") {
  const Error other = failure({{"peft_type", "IA3"}});
  CHECK(other.kind() == ErrorKind::kUnsupported);
  CHECK(contains(other.what(), "adapter_config.json: \"peft_type\" is \"IA3\""));
  CHECK(contains(other.hint(), "merge_and_unload"));
  CHECK(contains(failure({{"r", 8}}).what(), "\"peft_type\" is missing"));
  CHECK(contains(failure(Json::array()).what(), "not a JSON object"));
  for (const Json& variant : {Json{{"bias", "all"}}, Json{{"lora_bias", true}}, Json{{"use_qalora", true}},
                              Json{{"layer_replication", {{0, 1}}}}, Json{{"init_lora_weights", "pissa"}},
                              Json{{"alora_invocation_tokens", {1}}}, Json{{"target_parameters", {"w"}}}}) {
    const Error error = failure(lora(variant));
    INFO(error.what());
    CHECK(error.kind() == ErrorKind::kUnsupported);
    CHECK(contains(error.what(), fmt::format("\"{}\" is {}", variant.begin().key(), variant.begin()->dump())));
    CHECK(contains(error.hint(), "hone computes LoRA, rsLoRA and DoRA"));
  }
  const std::pair<Json, const char*> wrong[] = {
      {{{"r", 0}}, "\"r\" is 0, not a number from 1"},
      {{{"r", "8"}}, "\"r\" is \"8\", not a number"},
      {{{"r", 1e30}}, "\"r\" is 1e+30, not a number"},
      {{{"lora_dropout", 1.5}}, "\"lora_dropout\" is 1.5, not a number from 0 to 1"},
      {{{"use_dora", 1}}, "\"use_dora\" is 1, not true or false"},
      {{{"modules_to_save", "classifier"}}, "\"modules_to_save\" is \"classifier\", not a list of names"},
      {{{"target_modules", {1}}}, "\"target_modules\" is [1], not a list of names"},
      {{{"rank_pattern", {{"query", 0}}}}, "\"rank_pattern.query\" is 0, not a number from 1"},
      {{{"alpha_pattern", {1}}}, "\"alpha_pattern\" is [1], not an object"},
      {{{"task_type", 1}}, "\"task_type\" is 1, not a text"}};
  for (const auto& [json, text] : wrong) {
    const Error error = failure(lora(json));
    CHECK(error.kind() == ErrorKind::kInput);
    CHECK_MESSAGE(contains(error.what(), text), error.what());
  }
  const TemporaryFolder folder;
  folder.write("adapter_config.json", "{\"r\": ");
  CHECK(contains(expect_error([&] { AdapterConfig::read(folder.path()); }).what(), "adapter_config.json"));
}

}  // namespace adapter_config_test
