#include "nn/linear.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/tensor.h>
#include <c10/core/InferenceMode.h>
#include <doctest/doctest.h>
#include <torch/csrc/autograd/autograd.h>

using namespace hone;

TEST_CASE("a linear layer multiplies by its weight and adds its bias") {
  const auto linear = std::make_shared<nn::Linear>(2, 3);
  const at::NoGradGuard no_grad;
  linear->weight.copy_(at::arange(6).view({3, 2}));
  linear->bias.copy_(at::tensor({10, 20, 30}));
  const at::Tensor y = linear->forward(at::tensor({1.0, 2.0}).to(at::kFloat).view({1, 2}));
  CHECK(at::equal(y, at::tensor({12.0, 28.0, 44.0}).to(at::kFloat).view({1, 3})));
  CHECK(linear->named_parameters().keys() == std::vector<std::string>{"weight", "bias"});
}

TEST_CASE("the product with a fused activation equals activation and product, with and without gradients") {
  at::manual_seed(1);
  const auto linear = std::make_shared<nn::Linear>(24, 8);
  {
    const at::NoGradGuard no_gradients;
    linear->weight.normal_();
  }
  const at::Tensor bias = at::randn({24});
  for (const char* name : {"gelu", "relu", "relu2", "mish"}) {  // with a kernel, and without
    const nn::Activation& activation = nn::find_activation(name);
    for (const auto& sizes : {std::vector<int64_t>{5, 24}, {2, 3, 24}, {0, 24}}) {
      INFO(std::string(name), " of ", sizes.size(), " dimensions");
      const at::Tensor x = at::randn(sizes).requires_grad_(), expected = linear->product(activation.apply(x, bias));
      const at::Tensor leaf = x.detach().clone();
      const at::Tensor y = linear->product(nn::ActivatedInput{x, bias, activation});
      CHECK(at::allclose(y, expected, 1e-5, 1e-6));
      const at::Tensor want = torch::autograd::grad({expected.sum()}, {x})[0];
      CHECK(at::allclose(torch::autograd::grad({y.sum()}, {x})[0], want, 1e-5, 1e-6));
      CHECK(at::equal(x, leaf));  // a leaf is not overwritten
      const at::NoGradGuard no_gradients;
      CHECK(at::allclose(linear->product(nn::ActivatedInput{x, bias, activation}), expected, 1e-5, 1e-6));
    }
  }
}

TEST_CASE("a linear layer without a bias has none to name, to draw or to add") {
  const auto linear = std::make_shared<nn::Linear>(2, 3, /*has_bias=*/false);
  CHECK(linear->named_parameters().keys() == std::vector<std::string>{"weight"});
  at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(1);
  const at::NoGradGuard no_grad;
  linear->draw_construction(generator);
  linear->draw([](std::string_view) { return true; }, 1.0, generator);
  const at::Tensor x = at::randn({4, 2});
  CHECK(at::allclose(linear->forward(x), x.matmul(linear->weight.t()), 1e-5, 1e-6));
}

TEST_CASE("the product with a gated activation equals activation, gate and product, with and without gradients") {
  at::manual_seed(3);
  const auto linear = std::make_shared<nn::Linear>(12, 8);
  {
    const at::NoGradGuard no_gradients;
    linear->weight.normal_();
  }
  for (const char* name : {"gelu", "silu", "mish"}) {  // with a kernel, and without
    const nn::Activation& activation = nn::find_activation(name);
    const at::Tensor x = at::randn({5, 24}).requires_grad_();
    const auto halves = x.chunk(2, -1);
    const at::Tensor expected = linear->product(activation.apply(halves[0], {}) * halves[1]);
    const at::Tensor leaf = x.detach().clone();
    const at::Tensor y = linear->product(nn::GatedInput{x, activation});
    CHECK(at::allclose(y, expected, 1e-5, 1e-5));
    const auto have = torch::autograd::grad({y.sum()}, {x, linear->weight});
    const auto want = torch::autograd::grad({expected.sum()}, {x, linear->weight});
    for (size_t i = 0; i < 2; ++i) CHECK(at::allclose(have[i], want[i], 1e-4, 1e-5));
    CHECK(at::equal(x, leaf));  // a leaf is not overwritten
    const at::NoGradGuard no_gradients;
    CHECK(at::allclose(linear->product(nn::GatedInput{x, activation}), expected, 1e-5, 1e-5));
  }
}

TEST_CASE("a linear with the weight of another module does not own or draw it, but its gradient flows there") {
  at::manual_seed(3);
  const at::Tensor table = at::randn({3, 2}).requires_grad_(), before = table.detach().clone();
  const auto tied = std::make_shared<nn::Linear>(nn::TiedWeight{table}, /*has_bias=*/true);
  CHECK(tied->named_parameters().keys() == std::vector<std::string>{"bias"});
  at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(1);
  {
    const at::NoGradGuard no_grad;
    tied->draw_construction(generator);
    tied->draw([](std::string_view) { return true; }, 1.0, generator);
  }
  CHECK(at::equal(table, before));
  CHECK(at::equal(tied->bias, at::tensor({0, 0, 0}).to(at::kFloat)));
  const at::Tensor x = at::randn({4, 2});
  CHECK(at::allclose(tied->forward(x), x.matmul(table.t()), 1e-5, 1e-6));
  CHECK(at::allclose(torch::autograd::grad({tied->forward(x).sum()}, {table})[0], x.sum(0).expand({3, 2}), 1e-5, 1e-6));
  // A generator in the same state draws as many numbers for a linear of its own.
  at::Generator other = at::make_generator<at::CPUGeneratorImpl>(1);
  const at::NoGradGuard no_grad;
  std::make_shared<nn::Linear>(2, 3)->draw_construction(other);
  CHECK(at::equal(at::randn({2}, generator), at::randn({2}, other)));
}

TEST_CASE("every product is that of the adapter, and its matrices get gradients") {
  at::manual_seed(2);
  const auto linear = std::make_shared<nn::Linear>(24, 8);
  const auto adapter = std::make_shared<nn::LowRankAdapter>(*linear, nn::LowRankShape{.rank = 3, .scale = 0.5});
  {
    const at::NoGradGuard no_gradients;
    for (const at::Tensor& parameter : {linear->weight, linear->bias, adapter->a, adapter->b}) parameter.normal_();
  }
  linear->set_adapter(adapter);
  CHECK(linear->adapter() == adapter.get());
  CHECK(linear->named_parameters().keys() ==
        std::vector<std::string>{"weight", "bias", "lora_A.weight", "lora_B.weight"});
  const at::Tensor merged = linear->weight + adapter->b.matmul(adapter->a) * 0.5;
  const at::Tensor x = at::randn({5, 24}), bias = at::randn({24});
  CHECK(at::allclose(linear->forward(x), x.matmul(merged.t()) + linear->bias, 1e-4, 1e-4));
  CHECK(at::allclose(linear->product(x), x.matmul(merged.t()), 1e-4, 1e-4));
  const nn::Activation& gelu = nn::find_activation("gelu");
  const at::Tensor activated = gelu.apply(x, bias);
  CHECK(at::allclose(linear->product(nn::ActivatedInput{x, bias, gelu}), activated.matmul(merged.t()), 1e-4, 1e-4));
  {
    const c10::InferenceMode no_gradients;  // with packed weights
    CHECK(at::allclose(linear->forward(x), x.matmul(merged.t()) + linear->bias, 1e-4, 1e-4));
  }
  const auto grads = torch::autograd::grad({linear->forward(x).sum()}, {adapter->a, adapter->b});
  const auto want =
      torch::autograd::grad({x.matmul((adapter->b.matmul(adapter->a) * 0.5).t()).sum()}, {adapter->a, adapter->b});
  CHECK(at::allclose(grads[0], want[0], 1e-4, 1e-4));
  CHECK(at::allclose(grads[1], want[1], 1e-4, 1e-4));
  linear->merge_adapter();
  CHECK(at::allclose(linear->weight, merged));
  CHECK(linear->adapter() == nullptr);
  CHECK(linear->named_parameters().keys() == std::vector<std::string>{"weight", "bias"});
}
