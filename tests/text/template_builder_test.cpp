#include "text/template_builder.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "expect_error.h"

namespace template_builder_test {

using namespace hone;
using namespace hone::text;

std::optional<int32_t> id_of(std::string_view token) {
  return token == "<unk>" ? std::optional(3) : token == "</s>" ? std::optional(2) : std::nullopt;
}

TokenizerSpec example() {
  TokenizerSpec spec;
  spec.source = "folder";
  spec.tokenizer_class = "LlamaTokenizer";
  spec.special_tokens = {{"unk_token", "<unk>"}, {"eos_token", "</s>"}, {"bos_token", "<s>"}};
  return spec;
}

TEST_CASE("a special token is found by its name; without one, a class that needs it is an error") {
  const TokenizerSpec spec = example();
  CHECK(named_id(spec, "unk_token", id_of).id == 3);
  CHECK(named_id(spec, "eos_token", id_of).name == "</s>");
  CHECK_FALSE(find_named_id(spec, "bos_token", id_of).has_value());  // has a name, but no id
  CHECK_FALSE(find_named_id(spec, "cls_token", id_of).has_value());
  const Error error = expect_error([&] { named_id(spec, "cls_token", id_of); });
  CHECK(std::string(error.what()) == "folder: a LlamaTokenizer needs a cls_token");
  CHECK(error.hint() == "name one in tokenizer_config.json");
}

TEST_CASE("without an unknown token the model has Python's str(None), as transformers writes it") {
  TokenizerSpec spec = example();
  CHECK(unknown_token_of(spec) == "<unk>");
  spec.special_tokens.erase("unk_token");
  CHECK(unknown_token_of(spec) == "None");
  CHECK(!spec.special_tokens.contains("unk_token"));
}

TEST_CASE("bos and eos stand around each text if the class adds them and they have ids") {
  TokenizerSpec spec = example();
  spec.adds_bos = spec.adds_eos = true;
  const Json made = bos_eos_template(spec, id_of);
  const Json a = TemplateBuilder::text("A", 0), b = TemplateBuilder::text("B", 1);
  const Json eos_a = {{"SpecialToken", {{"id", "</s>"}, {"type_id", 0}}}};
  const Json eos_b = {{"SpecialToken", {{"id", "</s>"}, {"type_id", 1}}}};
  CHECK(made["single"] == Json::array({a, eos_a}));
  CHECK(made["pair"] == Json::array({a, eos_a, b, eos_b}));
  CHECK(made["special_tokens"]["</s>"]["ids"] == Json::array({2}));
}

}  // namespace template_builder_test
