// tests/parity/model_test.cpp compares every family with transformers.
#include "model/decoder.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/tensor.h>
#include <doctest/doctest.h>

#include <set>

#include "model/families.h"
#include "model/parameters.h"
#include "parity/parity_fixture.h"

namespace decoder_test {

using namespace hone;

std::vector<std::string> decoders() {
  std::vector<std::string> names = tiny_models();
  std::erase_if(names, [](const std::string& name) { return !is_decoder(family_of_tiny(name)); });
  return names;
}

model::Inputs rows_of(const std::string& name) {
  return packed_batch(read_tensors(fixture_models() / name / "parity.safetensors"));
}

std::shared_ptr<model::Model> load(const std::string& name, bool dropout = true) {
  model::ModelRequest request{fixture_models() / name};
  if (!dropout) request.config_overrides = no_dropout(family_of_tiny(name));
  return model::load_model(request).model;
}

TEST_CASE("no token of any decoder sees a later one, or another sequence of the batch") {
  const at::NoGradGuard no_grad;
  for (const std::string& name : decoders()) {
    CAPTURE(name);
    const auto model = load(name);
    model::Inputs inputs;
    inputs.text.ids = at::tensor({5, 9, 23, 7, 31, 8, 40}, at::kLong);
    inputs.text.packing = tensor::Packing::from_lengths({2, 5});
    const at::Tensor before = model->hidden(inputs, {}).tokens;
    inputs.text.ids = at::tensor({5, 9, 23, 7, 31, 50, 40}, at::kLong);
    const at::Tensor after = model->hidden(inputs, {}).tokens;
    CHECK(at::equal(before.narrow(0, 0, 5), after.narrow(0, 0, 5)));
    CHECK_FALSE(at::allclose(before[5], after[5]));
  }
}

TEST_CASE("dropout changes the outputs in training only, the same way at the same step") {
  const at::NoGradGuard no_grad;
  for (const std::string& name : decoders()) {
    CAPTURE(name);
    const auto model = load(name);
    const model::Inputs rows = rows_of(name);
    nn::ForwardContext context{.training = true, .seed = 3, .step = 1};
    const at::Tensor first = model->forward(rows, context);
    CHECK(at::equal(first, model->forward(rows, context)));
    CHECK_FALSE(at::allclose(first, model->forward(rows, {})));
    context.step = 2;
    CHECK_FALSE(at::allclose(first, model->forward(rows, context)));
  }
}

TEST_CASE("gradients of recomputed layers equal those of kept ones") {
  for (const std::string& name : decoders()) {
    CAPTURE(name);
    std::vector<std::vector<at::Tensor>> gradients;
    for (const bool recomputes : {false, true}) {
      const auto model = load(name);
      nn::ForwardContext context{.training = true, .seed = 3, .step = 1, .recomputes_layers = recomputes};
      model->forward(rows_of(name), context).square().sum().backward();
      gradients.emplace_back();
      for (const auto& parameter : model::named_parameters(*model)) {
        gradients.back().push_back(tensor::dense_gradient(parameter.tensor.grad()));
      }
    }
    for (size_t i = 0; i < gradients[0].size(); ++i) CHECK(at::allclose(gradients[0][i], gradients[1][i], 1e-5, 1e-6));
  }
}

TEST_CASE("the balance of experts is measured if config.json asks for it, also if layers are recomputed") {
  const auto path = fixture_models().parent_path() / "causal_lm" / "qwen3_moe";
  const auto tensors = read_tensors(path / "parity.safetensors");
  const auto loss = [&](const char* asks, bool recomputes) {
    model::ModelRequest request{path, "causal-lm"};
    request.config_overrides = {{"output_router_logits", asks}, {"attention_dropout", "0"}};
    const nn::ForwardContext context{.training = true, .recomputes_layers = recomputes};
    return model::load_model(request).model->hidden(packed_batch(tensors), context).balance_loss;
  };
  CHECK_FALSE(loss("false", false).defined());
  const double expected = tensors.at("balance_loss").item<double>();
  for (const bool recomputes : {false, true}) {
    const at::Tensor found = loss("true", recomputes);
    CHECK(found.item<double>() == doctest::Approx(expected).epsilon(1e-5));
    CHECK(found.requires_grad());
  }
}

TEST_CASE("frozen layers whose angles depend on the batch are not kept") {
  const auto is_kept = [](const char* name, const std::vector<std::pair<std::string, std::string>>& overrides) {
    model::ModelRequest request{fixture_models() / name};
    request.config_overrides = overrides;
    const auto model = model::load_model(request).model;
    model->set_frozen({std::vector<bool>(static_cast<size_t>(model->num_layers()) + 2, true), true});
    return model->num_frozen_layers().has_value();
  };
  CHECK(is_kept("tiny-llama", {}));
  CHECK_FALSE(is_kept("tiny-phi3", {}));
}

}  // namespace decoder_test
