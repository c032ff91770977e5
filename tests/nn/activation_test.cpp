#include "nn/activation.h"

#include <ATen/ops/allclose.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/tensor.h>
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "expect_error.h"

using namespace hone;

TEST_CASE("every activation equals transformers'") {
  const Json fixture = read_json(std::filesystem::path(HONE_SOURCE_DIR) / "tests/fixtures/models/activations.json");
  const auto floats = [](const Json& list) { return at::tensor(list.get<std::vector<float>>()); };
  const at::Tensor x = floats(fixture["x"]);
  for (const nn::Activation& activation : nn::activations()) {
    INFO(activation.name);
    CHECK_FALSE(activation.doc.empty());
    REQUIRE(fixture["y"].contains(std::string(activation.name)));
    const at::Tensor expected = floats(fixture["y"][std::string(activation.name)]);
    CHECK(at::allclose(activation.apply(x, {}), expected, 1e-6, 1e-6));
    CHECK(at::allclose(activation.apply(x - 0.5, at::full_like(x, 0.5)), expected, 1e-5, 1e-6));
  }
}

TEST_CASE("an unknown activation is an error that suggests the nearest name") {
  const Error error = expect_error([] { nn::find_activation("gelu_nwe"); });
  CHECK(error.kind() == ErrorKind::kUnsupported);
  CHECK(contains(error.what(), "unknown activation \"gelu_nwe\""));
  CHECK(contains(error.hint(), "did you mean \"gelu_new\"?"));
}
