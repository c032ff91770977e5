#include "model/weights.h"

#include <ATen/ops/equal.h>
#include <ATen/ops/zeros.h>
#include <doctest/doctest.h>

#include <map>

#include "expect_error.h"
#include "parity/parity_fixture.h"
#include "temporary_folder.h"

namespace weights_test {

using namespace hone;

std::map<std::string, at::Tensor> values_of(const std::filesystem::path& folder) {
  const model::WeightFiles files(folder);
  CHECK(files.found());
  std::map<std::string, at::Tensor> values;
  for (const auto& stored : files.tensors()) {
    at::Tensor value = at::zeros(stored.shape);
    tensor::copy_into(stored, value);
    values[stored.name] = value;
  }
  return values;
}

std::string message_of(const std::filesystem::path& folder) {
  return expect_error([&] { model::WeightFiles{folder}; }).what();
}

TEST_CASE("every layout of weight files has the same weights") {
  const auto reference = values_of(fixture_models() / "tiny-bert");
  for (const char* layout : {"bin", "bin_sharded", "sharded"}) {
    INFO(layout);
    const auto values = values_of(fixture_models() / "variants" / layout);
    CHECK(values.size() == reference.size());
    for (const auto& [name, value] : reference) CHECK(at::equal(values.at(name), value));
  }
}

TEST_CASE("a folder without weight files has no weights") {
  const TemporaryFolder folder;
  const model::WeightFiles files(folder.path());
  CHECK_FALSE(files.found());
  CHECK(files.tensors().empty());
}

TEST_CASE("an index that does not name its shards is an error") {
  const TemporaryFolder folder;
  const auto message = [&](const char* index) {
    folder.write("model.safetensors.index.json", index);
    return message_of(folder.path());
  };
  CHECK(contains(message("[]"), "\"weight_map\" does not name the shards"));
  CHECK(contains(message(R"({"weight_map": {}})"), "\"weight_map\" does not name the shards"));
  CHECK(contains(message(R"({"weight_map": {"w": 3}})"), "the shard of \"w\" is not a file name"));
  CHECK(contains(message(R"({"weight_map": {"w": "model-1.safetensors"}})"),
                 "names the shard model-1.safetensors, which is missing"));
}

TEST_CASE("an index cannot name files outside its folder") {
  const TemporaryFolder folder;
  for (const char* name : {"../secret.safetensors", "/etc/passwd"}) {
    folder.write("model.safetensors.index.json", fmt::format(R"({{"weight_map": {{"w": "{}"}}}})", name));
    CHECK(expect_error([&] { model::WeightFiles{folder.path()}; }).kind() == ErrorKind::kInput);
  }
}

}  // namespace weights_test
