// The real model of the demo, all-MiniLM-L6-v2, with a new head. Skipped if ./dev setup has not put it into models/.
#include <ATen/Version.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/tensor.h>
#include <doctest/doctest.h>
#include <torch/csrc/api/include/torch/nn/module.h>

#include <nlohmann/json.hpp>

#include "base/sha256.h"
#include "parity/parity_fixture.h"

namespace minilm_test {

using namespace hone;

const std::filesystem::path kMiniLm = std::filesystem::path(HONE_SOURCE_DIR) / "models" / "all-MiniLM-L6-v2";

model::Inputs batch_of(const Json& rows) {
  std::vector<int64_t> ids, lengths;
  for (const Json& row : rows) {
    for (const Json& id : row) ids.push_back(id);
    lengths.push_back(static_cast<int64_t>(row.size()));
  }
  model::Inputs batch;
  batch.text.ids = at::tensor(ids, at::kLong);
  batch.text.packing = tensor::Packing::from_lengths(lengths);
  return batch;
}

TEST_CASE("MiniLM with the head of seed 42 has the logits of transformers") {
  if (!std::filesystem::exists(kMiniLm / "model.safetensors")) {
    MESSAGE("skipped: " << kMiniLm.string() << " is missing");
    return;
  }
  const at::NoGradGuard no_grad;
  const Json fixture = read_json(fixture_models() / "minilm.json");
  model::ModelRequest request{kMiniLm};
  request.num_labels = 2;
  const auto loaded = model::load_model(request);
  CHECK(loaded.report.newly_initialized == std::vector<std::string>{"classifier.bias", "classifier.weight"});
  CHECK(loaded.report.unused.empty());
  const at::Tensor head = loaded.model->module().named_parameters()["classifier.weight"];
  CHECK(at::allclose(head.flatten().slice(0, 0, 4), at::tensor(fixture["draw"]["first"].get<std::vector<float>>())));
  if (at::get_cpu_capability() == fixture["versions"]["cpu_capability"].get<std::string>()) {
    const std::string bytes(static_cast<const char*>(head.const_data_ptr()), head.nbytes());
    CHECK(sha256(bytes) == fixture["draw"]["sha256"].get<std::string>());
  }
  const at::Tensor logits = loaded.model->forward(batch_of(fixture["input_ids"]), {});
  const std::vector<std::vector<float>> expected = fixture["logits"];
  for (size_t row = 0; row < expected.size(); ++row) {
    CHECK((logits[static_cast<int64_t>(row)] - at::tensor(expected[row])).abs().max().item<double>() < 1e-5);
  }
}

}  // namespace minilm_test
