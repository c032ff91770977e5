#include "model/save.h"

#include <ATen/core/Tensor.h>
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "expect_error.h"
#include "parity/parity_fixture.h"
#include "temporary_folder.h"

using namespace hone;

TEST_CASE("a model that transformers saved is saved again byte for byte") {
  for (const std::string& name : tiny_models()) {
    if (name == "tiny-nomic_bert") continue;  // transformers writes the names of its first checkpoints
    const auto loaded = model::load_model({fixture_models() / name});
    const TemporaryFolder folder;
    const auto saved = folder.path() / "new" / "model";
    model::save_model(*loaded.model, loaded.config, saved);
    CHECK(read_file(saved / "config.json") == read_file(fixture_models() / name / "config.json"));
    CHECK(read_file(saved / "model.safetensors") == read_file(fixture_models() / name / "model.safetensors"));
  }
}

TEST_CASE("keys that older versions wrote into config.json are replaced") {
  Json json = read_json(fixture_models() / "tiny-bert" / "config.json");
  json["torch_dtype"] = "float16";
  json["_name_or_path"] = "x";
  json["num_labels"] = 3;
  json["architectures"] = {"BertModel"};
  json.erase("dtype");
  const Json saved = model::saved_config({json, "config.json"}, "BertForSequenceClassification");
  CHECK(saved == read_json(fixture_models() / "tiny-bert" / "config.json"));
}

TEST_CASE("a folder that cannot be written is an error") {
  const auto loaded = model::load_model({fixture_models() / "tiny-bert"});
  const TemporaryFolder folder;
  const auto file = folder.write("file", "");
  CHECK(expect_error([&] { model::save_model(*loaded.model, loaded.config, file / "model"); }).kind() ==
        ErrorKind::kIo);
}
