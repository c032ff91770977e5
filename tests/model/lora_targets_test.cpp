#include "model/lora_targets.h"

#include <doctest/doctest.h>

#include "expect_error.h"
#include "model/families.h"
#include "parity/parity_fixture.h"

namespace lora_targets_test {

using namespace hone;

struct Chosen {
  std::vector<std::string> linears;
  Json targets;
};

Chosen chosen(const std::vector<std::string>& wanted, const std::string& family = "bert",
              const std::string& excluded = "nothing") {
  const model::LoadedModel loaded = model::load_model({fixture_models() / ("tiny-" + family)});
  model::AdapterConfig config;
  config.modules_to_save = {"classifier", "score"};
  const auto is_excluded = [&](const std::string& name) { return name.find(excluded) != std::string::npos; };
  Chosen result;
  result.linears = model::lora_targets(*loaded.model, wanted, is_excluded, config);
  result.targets = config.target_modules;
  return result;
}

Error failure(const std::vector<std::string>& wanted, const std::string& excluded = "nothing") {
  const Error error = expect_error([&] { chosen(wanted, "bert", excluded); });
  CHECK(error.kind() == ErrorKind::kUsage);
  return error;
}

TEST_CASE("names, their ends and expressions choose linears in the model's order") {
  const Chosen ends = chosen({"value", "query"});
  CHECK(ends.linears == std::vector<std::string>{
                            "bert.encoder.layer.0.attention.self.query", "bert.encoder.layer.0.attention.self.value",
                            "bert.encoder.layer.1.attention.self.query", "bert.encoder.layer.1.attention.self.value"});
  CHECK(ends.targets == Json({"value", "query"}));
  CHECK(chosen({"attention.output.dense"}).linears.size() == 2);
  CHECK(chosen({"bert.pooler.dense"}).linears.size() == 1);
  const Chosen expression = chosen({"/.*layer\\.1\\..*(query|key)/"});
  CHECK(expression.linears.size() == 2);
  CHECK(expression.targets == ".*layer\\.1\\..*(query|key)");
  const Chosen all = chosen({"all-linear"});
  CHECK(all.linears.size() == 2 * 6 + 1);
  CHECK(all.targets == Json(all.linears));
}

TEST_CASE("what PEFT would choose otherwise is written as whole names") {
  // PEFT would adapt the pre_classifier, and then refuse to save it whole.
  const Chosen all = chosen({"/.*(q_lin|classifier)/"}, "distilbert");
  CHECK(all.linears.size() == 2);
  CHECK(all.targets == Json(all.linears));
  const Chosen without_first = chosen({"query"}, "bert", "layer.0");
  CHECK(without_first.targets == Json({"bert.encoder.layer.1.attention.self.query"}));
  CHECK(chosen({"query", "/.*key/"}).targets.size() == 4);
}

TEST_CASE("every family has linears that are adapted by default") {
  for (const std::string& name : tiny_models()) {
    const model::LoadedModel loaded = model::load_model({fixture_models() / name});
    INFO(name);
    CHECK_NOTHROW(chosen(model::default_lora_targets(*loaded.model), family_of_tiny(name)));
  }
}

TEST_CASE("names that mean no linear are errors that list the linears") {
  const Error typo = failure({"query", "qury"});
  CHECK(contains(typo.what(), "lora_target_modules: \"qury\" names no linear of the model"));
  CHECK(contains(typo.hint(), "did you mean query? the linears are attention.self.query, attention.self.key, "));
  CHECK(contains(typo.hint(), "intermediate.dense, output.dense, bert.pooler.dense, classifier, or all-linear"));
  CHECK(contains(failure({"all-liner"}).hint(), "did you mean all-linear?"));
  CHECK(contains(failure({"/query/"}).what(), "\"/query/\" names no linear"));
  CHECK(contains(failure({""}).what(), "\"\" names no linear"));
  const Error norm = failure({"LayerNorm"});
  CHECK(contains(norm.what(), "\"LayerNorm\" names a module that is not a linear"));
  CHECK(contains(norm.hint(), "--modules-to-save LayerNorm trains it whole"));
  CHECK(contains(failure({"classifier"}).what(), "are frozen or trained whole (classifier, score)"));
  CHECK(contains(failure({"query"}, "query").what(), "all linears that \"query\" means are frozen"));
  CHECK(contains(expect_error([] { chosen({"/(/"}); }).what(), "lora_target_modules"));
}

TEST_CASE("modules to save are ends of names, and unknown ones list the modules") {
  const model::LoadedModel loaded = model::load_model({fixture_models() / "tiny-bert"});
  CHECK_NOTHROW(
      model::check_modules_to_save(*loaded.model, std::vector<std::string>{"LayerNorm", "pooler", "bert.pooler"}));
  const Error error =
      expect_error([&] { model::check_modules_to_save(*loaded.model, std::vector<std::string>{"LayerNrm"}); });
  CHECK(error.kind() == ErrorKind::kUsage);
  CHECK(contains(error.what(), "modules_to_save: \"LayerNrm\" names no module of the model"));
  CHECK(contains(error.hint(), "did you mean LayerNorm? the modules are "));
  CHECK_THROWS_AS(model::check_modules_to_save(*loaded.model, std::vector<std::string>{""}), Error);
}

}  // namespace lora_targets_test
