#include "nn/adapter.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/randn.h>
#include <c10/core/InferenceMode.h>
#include <doctest/doctest.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <optional>

#include "nn/forward_scope.h"
#include "nn/linear.h"

namespace adapter_test {

using namespace hone;

// A linear whose adapter is drawn, then moved away from its beginning.
struct Adapted {
  explicit Adapted(const nn::LowRankShape& shape, std::optional<nn::Dropout> dropout = {})
      : linear(std::make_shared<nn::Linear>(6, 4)),
        adapter(std::make_shared<nn::LowRankAdapter>(*linear, shape, dropout)) {
    at::manual_seed(3);
    const at::NoGradGuard no_gradients;
    linear->weight.normal_();
    linear->bias.normal_();
    at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(5);
    adapter->draw(linear->weight, generator);
    linear->set_adapter(adapter);
  }
  void train() const {
    const at::NoGradGuard no_gradients;
    adapter->b.normal_();
    if (adapter->magnitude.defined()) adapter->magnitude.add_(0.5);
  }

  std::shared_ptr<nn::Linear> linear;
  std::shared_ptr<nn::LowRankAdapter> adapter;
};

at::Tensor product_of(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  return x.matmul(weight.t()) + bias;
}

TEST_CASE("a new adapter changes nothing") {
  for (const bool has_magnitude : {false, true}) {
    const Adapted adapted({.rank = 2, .scale = 3, .has_magnitude = has_magnitude});
    const at::Tensor x = at::randn({3, 6});
    CHECK(at::allclose(adapted.linear->forward(x), product_of(x, adapted.linear->weight, adapted.linear->bias), 1e-5,
                       1e-6));
    CHECK(adapted.adapter->b.abs().max().item<float>() == 0);
    CHECK(adapted.adapter->a.abs().max().item<float>() <= 1 / std::sqrt(6.0F));
  }
}

TEST_CASE("DoRA gives each output its magnitude and the direction of the changed weight") {
  const Adapted adapted({.rank = 2, .scale = 0.25, .has_magnitude = true});
  CHECK(adapted.linear->named_parameters().keys() ==
        std::vector<std::string>{"weight", "bias", "lora_A.weight", "lora_B.weight", "lora_magnitude_vector.weight"});
  adapted.train();
  const nn::LowRankAdapter& adapter = *adapted.adapter;
  const at::Tensor direction = adapted.linear->weight + adapter.b.matmul(adapter.a) * 0.25;
  const at::Tensor norm = at::linalg_vector_norm(direction, 2, {1});
  const at::Tensor merged = direction * (adapter.magnitude / norm).unsqueeze(1);
  const at::Tensor x = at::randn({3, 6});
  CHECK(at::allclose(adapted.linear->forward(x), product_of(x, merged, adapted.linear->bias), 1e-5, 1e-5));
  CHECK(at::allclose(adapter.merged(adapted.linear->weight), merged, 1e-6, 1e-6));
  // The norm is a constant for backward (section 4.3 of the paper).
  const at::Tensor constant = norm.detach();
  const at::Tensor expected =
      x.matmul((direction * (adapter.magnitude / constant).unsqueeze(1)).t()) + adapted.linear->bias;
  const std::vector<at::Tensor> parameters = {adapter.a, adapter.b, adapter.magnitude};
  const auto grads = torch::autograd::grad({adapted.linear->forward(x).square().sum()}, parameters);
  const auto want = torch::autograd::grad({expected.square().sum()}, parameters);
  for (size_t i = 0; i < grads.size(); ++i) CHECK(at::allclose(grads[i], want[i], 1e-4, 1e-4));
}

TEST_CASE("the norm is computed again when a matrix changes, also between an evaluation and a step") {
  const Adapted adapted({.rank = 1, .scale = 1, .has_magnitude = true});
  const at::Tensor x = at::randn({2, 6});
  {
    const c10::InferenceMode evaluation;
    adapted.linear->forward(x);
  }
  adapted.linear->forward(x).sum().backward();
  adapted.train();
  const at::Tensor merged = adapted.adapter->merged(adapted.linear->weight);
  CHECK(at::allclose(adapted.linear->forward(x), product_of(x, merged, adapted.linear->bias), 1e-5, 1e-5));
}

TEST_CASE("dropout of an adapter is active in a training scope only, and the draws are those of its position") {
  nn::DropoutSites sites;
  const nn::Dropout dropout(0.5, sites);
  const Adapted adapted({.rank = 2, .scale = 1}, dropout);
  adapted.train();
  const nn::LowRankAdapter& adapter = *adapted.adapter;
  const at::Tensor x = at::randn({3, 6});
  const at::Tensor of_prediction = adapted.linear->forward(x);
  nn::ForwardContext context{.training = true, .seed = 7, .step = 2};
  const nn::ForwardScope scope(context);
  const at::Tensor of_training = adapted.linear->forward(x);
  CHECK(at::equal(of_training, adapted.linear->forward(x)));
  const at::Tensor change = dropout(x, context).matmul(adapter.a.t()).matmul(adapter.b.t());
  CHECK(at::allclose(of_training, product_of(x, adapted.linear->weight, adapted.linear->bias) + change, 1e-5, 1e-5));
  CHECK_FALSE(at::allclose(of_training, of_prediction, 1e-3, 1e-3));
  {
    const nn::ForwardContext evaluation;
    const nn::ForwardScope inner(evaluation);
    CHECK(at::equal(adapted.linear->forward(x), of_prediction));
  }
  CHECK(at::equal(adapted.linear->forward(x), of_training));
}

TEST_CASE("DoRA with dropout changes the product of the dropped input, as PEFT does") {
  nn::DropoutSites sites;
  const nn::Dropout dropout(0.25, sites);
  const Adapted adapted({.rank = 2, .scale = 2, .has_magnitude = true}, dropout);
  adapted.train();
  const nn::LowRankAdapter& adapter = *adapted.adapter;
  const at::Tensor x = at::randn({3, 6}), &weight = adapted.linear->weight;
  const nn::ForwardContext context{.training = true, .seed = 7, .step = 2};
  const nn::ForwardScope scope(context);
  const at::Tensor dropped = dropout(x, context);
  const at::Tensor norm = at::linalg_vector_norm(weight + adapter.b.matmul(adapter.a) * 2, 2, {1});
  const at::Tensor factor = (adapter.magnitude / norm).view({1, -1});
  const at::Tensor expected = product_of(x, weight, adapted.linear->bias) + (factor - 1) * dropped.matmul(weight.t()) +
                              factor * dropped.matmul(adapter.a.t()).matmul(adapter.b.t()) * 2;
  CHECK(at::allclose(adapted.linear->forward(x), expected, 1e-4, 1e-4));
}

}  // namespace adapter_test
