#include "model/roberta.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "expect_error.h"
#include "model/families.h"
#include "model/model.h"
#include "parity/parity_fixture.h"
#include "temporary_folder.h"

namespace roberta_test {

using namespace hone;

std::unique_ptr<model::Model> roberta_of(const Json& changes, const char* model_type = "roberta") {
  Json json = read_json(fixture_models() / "tiny-roberta" / "config.json");
  json["model_type"] = model_type;
  if (!changes.is_null()) json.update(changes);
  const model::ModelConfig config(json, "config.json");
  const model::Family& family = model::family_of(config);
  return std::make_unique<model::Model>(config, family, model::find_head(family, "sequence"));
}

TEST_CASE("positions begin behind the padding, so two rows fewer are left for texts") {
  CHECK(roberta_of({})->max_length() == 40);
  CHECK(roberta_of({{"pad_token_id", 4}})->max_length() == 37);
  CHECK(roberta_of({{"pad_token_id", nullptr}})->max_length() == 41);
  const Error error = expect_error([] { roberta_of({{"max_position_embeddings", 2}}); });
  CHECK(contains(error.what(), "\"max_position_embeddings\" is 2, but positions begin at 2"));
}

TEST_CASE("the relatives have the same body under their own class names") {
  CHECK(roberta_of({})->class_name() == "RobertaForSequenceClassification");
  CHECK(roberta_of({}, "camembert")->class_name() == "CamembertForSequenceClassification");
  CHECK(roberta_of({}, "xlm-roberta")->class_name() == "XLMRobertaForSequenceClassification");
}

TEST_CASE("the folder's name does not decide: a config.json of BERT is BERT") {
  const TemporaryFolder folder;
  const std::filesystem::path roberta = folder.path() / "chinese-roberta-wwm-ext";
  std::filesystem::copy(fixture_models() / "tiny-bert", roberta);
  CHECK(model::load_model({roberta}).model->class_name() == "BertForSequenceClassification");
}

}  // namespace roberta_test
