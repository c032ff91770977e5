#include "model/mpnet.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "expect_error.h"
#include "model/families.h"
#include "model/model.h"
#include "parity/parity_fixture.h"

namespace mpnet_test {

using namespace hone;

std::unique_ptr<model::Model> mpnet_of(const Json& changes) {
  Json json = read_json(fixture_models() / "tiny-mpnet" / "config.json");
  json.update(changes);
  const model::ModelConfig config(json, "config.json");
  config.check(model::family_of(config).config_keys());
  const model::Family& family = model::family_of(config);
  return std::make_unique<model::Model>(config, family, model::find_head(family, "sequence"));
}

TEST_CASE("positions begin at 2, whatever the padding token is") {
  CHECK(mpnet_of(Json::object())->max_length() == 40);
  CHECK(mpnet_of({{"pad_token_id", 7}})->max_length() == 40);
}

TEST_CASE("HF's class reads 32 buckets, so a table with fewer is an error") {
  CHECK_NOTHROW(mpnet_of({{"relative_attention_num_buckets", 40}}));
  const Error error = expect_error([] { mpnet_of({{"relative_attention_num_buckets", 16}}); });
  CHECK(error.kind() == ErrorKind::kInput);
  CHECK(contains(error.what(), "\"relative_attention_num_buckets\" is 16, outside 32 to"));
}

}  // namespace mpnet_test
