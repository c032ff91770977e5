#include "model/deberta.h"

#include <doctest/doctest.h>
#include <torch/csrc/api/include/torch/nn/module.h>

#include <nlohmann/json.hpp>

#include "expect_error.h"
#include "model/families.h"
#include "model/model.h"
#include "parity/parity_fixture.h"

namespace deberta_test {

using namespace hone;

std::unique_ptr<model::Model> deberta_of(const Json& changes) {
  Json json = read_json(fixture_models() / "tiny-deberta" / "config.json");
  json.update(changes);
  const model::ModelConfig config(json, "config.json");
  const model::Family& family = model::family_of(config);
  return std::make_unique<model::Model>(config, family, model::find_head(family, "sequence"));
}

TEST_CASE("keys of the second version change nothing, as in HF's class") {
  const auto names = [](const Json& changes) { return deberta_of(changes)->module().named_parameters().keys(); };
  CHECK(names({{"conv_kernel_size", 3}, {"norm_rel_ebd", "layer_norm"}, {"position_buckets", 4}}) ==
        names(Json::object()));
}

TEST_CASE("linears between the heads are refused") {
  const Error error = expect_error([] { deberta_of({{"talking_head", true}}); });
  CHECK(error.kind() == ErrorKind::kUnsupported);
  CHECK(contains(error.what(), "config.json: \"talking_head\" is true"));
}

}  // namespace deberta_test
