#include "model/electra.h"

#include <doctest/doctest.h>
#include <torch/csrc/api/include/torch/nn/module.h>

#include <nlohmann/json.hpp>

#include "model/families.h"
#include "model/model.h"
#include "parity/parity_fixture.h"

namespace electra_test {

using namespace hone;

std::unique_ptr<model::Model> electra_of(const Json& changes) {
  Json json = read_json(fixture_models() / "tiny-electra" / "config.json");
  json.update(changes);
  const model::ModelConfig config(json, "config.json");
  const model::Family& family = model::family_of(config);
  return std::make_unique<model::Model>(config, family, model::find_head(family, "sequence"));
}

TEST_CASE("embeddings are projected only if they have another width than the layers") {
  const auto is_projected = [](int64_t width) {
    return electra_of({{"embedding_size", width}})
        ->module()
        .named_parameters()
        .contains("electra.embeddings_project.weight");
  };
  CHECK(is_projected(16));
  CHECK_FALSE(is_projected(32));
}

TEST_CASE("weights of the discriminator's own head are not used, and a new head is drawn") {
  const auto model = electra_of(Json::object());
  CHECK(model->class_name() == "ElectraForSequenceClassification");
  CHECK(model->is_head("classifier.out_proj.weight"));
  CHECK_FALSE(model->module().named_parameters().contains("electra.pooler.dense.weight"));
}

}  // namespace electra_test
