#include "nn/joined_linear.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/cos.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/sin.h>
#include <ATen/ops/zeros.h>
#include <c10/core/InferenceMode.h>
#include <doctest/doctest.h>
#include <torch/csrc/autograd/autograd.h>

namespace joined_linear_test {

using namespace hone;

std::vector<std::shared_ptr<nn::Linear>> three_linears() {
  std::vector<std::shared_ptr<nn::Linear>> linears;
  const at::NoGradGuard no_gradients;
  for (const double frequency : {0.3, 0.5, 0.7}) {
    linears.push_back(std::make_shared<nn::Linear>(4, 2));
    linears.back()->weight.copy_(at::sin(at::arange(8, at::kFloat) * frequency).view({2, 4}));
    linears.back()->bias.copy_(at::cos(at::arange(2, at::kFloat) * frequency));
  }
  return linears;
}

at::Tensor one_by_one(const std::vector<std::shared_ptr<nn::Linear>>& linears, const at::Tensor& x) {
  std::vector<at::Tensor> parts;
  for (const auto& linear : linears) parts.push_back(linear->forward(x));
  return at::cat(parts, 1);
}

TEST_CASE("joined linears return the same as separate ones, before and after a change of a weight") {
  const auto linears = three_linears();
  const nn::JoinedLinear joined(linears);
  const at::Tensor x = at::arange(12, at::kFloat).view({3, 4});
  CHECK(at::allclose(joined.forward(x), one_by_one(linears, x)));
  {
    const at::NoGradGuard no_gradients;
    linears[1]->weight.mul_(3);
    linears[2]->bias.add_(1);
  }
  CHECK(at::allclose(joined.forward(x), one_by_one(linears, x)));
  const at::Tensor halves = x.to(at::kBFloat16);
  CHECK(at::allclose(joined.forward(halves), one_by_one(linears, halves), 1e-2));
  {
    const at::NoGradGuard no_gradients;
    linears[0]->weight.mul_(3);
  }
  CHECK(at::allclose(joined.forward(halves), one_by_one(linears, halves), 1e-2));
}

TEST_CASE("joining keeps existing tensor handles and their gradients valid") {
  const auto linears = three_linears();
  const at::Tensor held = linears[1]->weight;
  const nn::JoinedLinear joined(linears);
  joined.forward(at::ones({1, 4})).sum().backward();
  CHECK(held.is_same(linears[1]->weight));
  CHECK(held.requires_grad());
  CHECK(held.is_contiguous());
  CHECK(at::equal(held.grad(), at::ones({2, 4})));
}

TEST_CASE("a weight with new memory is computed separately until join() joins it again") {
  const auto linears = three_linears();
  nn::JoinedLinear joined(linears);
  const at::Tensor x = at::arange(4, at::kFloat).view({1, 4});
  joined.forward(x);
  at::Tensor(linears[0]->weight).set_data(at::ones({2, 4}));
  CHECK_FALSE(joined.is_joined());
  CHECK(at::equal(joined.forward(x), one_by_one(linears, x)));
  CHECK_FALSE(joined.is_joined());  // forward() moves no memory
  joined.join();
  CHECK(joined.is_joined());
  CHECK(at::allclose(joined.forward(x), one_by_one(linears, x)));
}

TEST_CASE("a module that is moved to another device or type joins its linears again") {
  struct Attention : torch::nn::Module {
    Attention() {
      for (size_t i = 0; i < linears.size(); ++i) register_module(std::to_string(i), linears[i]);
      joined = register_module("joined", std::make_shared<nn::JoinedLinear>(linears));
    }
    std::vector<std::shared_ptr<nn::Linear>> linears = three_linears();
    std::shared_ptr<nn::JoinedLinear> joined;
  };
  const auto attention = std::make_shared<Attention>();
  CHECK(attention->joined->is_joined());
  CHECK(attention->parameters().size() == 6);
  const void* const before = attention->linears[0]->weight.const_data_ptr();
  attention->to(at::kDouble);
  CHECK(attention->joined->is_joined());
  CHECK(attention->linears[0]->weight.const_data_ptr() != before);
  const at::Tensor x = at::arange(4, at::kDouble).view({1, 4});
  CHECK(at::allclose(attention->joined->forward(x), one_by_one(attention->linears, x)));
  attention->to(at::Device(at::kCPU));
  CHECK(attention->joined->is_joined());
}

TEST_CASE("linears without biases are joined, and get their gradients") {
  std::vector<std::shared_ptr<nn::Linear>> linears;
  for (const double frequency : {0.3, 0.5}) {
    linears.push_back(std::make_shared<nn::Linear>(4, 2, /*has_bias=*/false));
    const at::NoGradGuard no_gradients;
    linears.back()->weight.copy_(at::sin(at::arange(8, at::kFloat) * frequency).view({2, 4}));
  }
  nn::JoinedLinear joined(linears);
  CHECK(joined.is_joined());
  const at::Tensor x = at::arange(12, at::kFloat).view({3, 4}).requires_grad_();
  const at::Tensor y = joined.forward(x), expected = one_by_one(linears, x);
  CHECK(at::allclose(y, expected));
  const std::vector<at::Tensor> inputs{x, linears[0]->weight, linears[1]->weight};
  const auto have = torch::autograd::grad({y.square().sum()}, inputs);
  const auto want = torch::autograd::grad({expected.square().sum()}, inputs);
  for (size_t i = 0; i < inputs.size(); ++i) CHECK(at::allclose(have[i], want[i]));
  const c10::InferenceMode with_packed_weights;
  CHECK(at::allclose(joined.forward(x.detach()), expected.detach()));
}

TEST_CASE("a linear without a bias and one with it are computed one by one") {
  auto linears = three_linears();
  linears[1] = std::make_shared<nn::Linear>(4, 2, /*has_bias=*/false);
  {
    const at::NoGradGuard no_gradients;
    linears[1]->weight.fill_(0.5);
  }
  const nn::JoinedLinear joined(linears);
  CHECK_FALSE(joined.is_joined());
  const at::Tensor x = at::ones({1, 4});
  CHECK(at::equal(joined.forward(x), one_by_one(linears, x)));
}

TEST_CASE("weights of another type than the biases are joined") {
  const auto linears = three_linears();
  for (const auto& linear : linears) linear->weight.set_data(linear->weight.detach().to(at::kBFloat16));
  const nn::JoinedLinear joined(linears);
  CHECK(joined.is_joined());
  CHECK(joined.are_alike());
  const at::InferenceMode no_gradients;
  const tensor::PlainWeights plain;
  const at::Tensor x = at::arange(36, at::kFloat).view({9, 4});
  for (const int64_t rows : {1, 9}) {
    CHECK(at::allclose(joined.forward(x.narrow(0, 0, rows)), one_by_one(linears, x.narrow(0, 0, rows))));
  }
}

TEST_CASE("weights that share memory or have different types are not moved") {
  auto linears = three_linears();
  const at::Tensor x = at::arange(4, at::kFloat).view({1, 4}), others = at::ones({3, 4});
  SUBCASE("the same module twice") { linears[2] = linears[0]; }
  SUBCASE("a weight that another module shares") {
    at::Tensor(linears[1]->weight).set_data(others.narrow(0, 0, 2));
    const nn::JoinedLinear joined(linears);
    others.mul_(2);  // as if the other module trained
    CHECK(at::equal(linears[1]->weight, at::full({2, 4}, 2.0)));
    CHECK(at::equal(joined.forward(x), one_by_one(linears, x)));
  }
  SUBCASE("a weight with another type") { linears[1]->weight.set_data(linears[1]->weight.detach().to(at::kDouble)); }
  const void* const before = linears[0]->weight.const_data_ptr();
  const nn::JoinedLinear joined(linears);
  CHECK_FALSE(joined.is_joined());
  CHECK(linears[0]->weight.const_data_ptr() == before);
}

TEST_CASE("linears of which some are frozen are computed one by one, and the frozen ones get no gradient") {
  const auto linears = three_linears();
  const auto freeze = [&] {
    linears[0]->weight.requires_grad_(false);
    linears[0]->bias.requires_grad_(false);
  };
  bool was_joined = false;
  SUBCASE("before they are joined") { freeze(); }
  SUBCASE("after they are joined") { was_joined = true; }
  const nn::JoinedLinear joined(linears);
  if (was_joined) freeze();
  CHECK(joined.is_joined() == was_joined);
  CHECK_FALSE(joined.are_alike());
  const at::Tensor x = at::ones({1, 4});
  CHECK(at::equal(joined.forward(x), one_by_one(linears, x)));
  joined.forward(x).sum().backward();
  CHECK_FALSE(linears[0]->weight.grad().defined());
  CHECK_FALSE(linears[0]->bias.grad().defined());
  CHECK(at::equal(linears[2]->weight.grad(), at::ones({2, 4})));
}

TEST_CASE("linears that were joined during prediction can be trained") {
  const auto linears = three_linears();
  const nn::JoinedLinear joined(linears);
  {
    const c10::InferenceMode no_gradients;
    joined.forward(at::ones({1, 4}));
  }
  joined.forward(at::ones({1, 4})).sum().backward();
  CHECK(linears[0]->weight.grad().defined());
}

void fill(const nn::LowRankAdapter& adapter, double magnitude) {
  const at::NoGradGuard no_gradients;
  adapter.a.fill_(0.5);
  adapter.b.fill_(1);
  if (adapter.magnitude.defined()) adapter.magnitude.fill_(magnitude);
}

TEST_CASE("adapters are part of the joined result, with values and gradients of separate linears") {
  const auto linears = three_linears();
  const nn::JoinedLinear joined(linears);
  const at::Tensor x = at::arange(8, at::kFloat).view({2, 4}).requires_grad_();
  const at::Tensor plain = joined.forward(x);
  const auto lora = std::make_shared<nn::LowRankAdapter>(*linears[1], nn::LowRankShape{.rank = 1, .scale = 2.0});
  fill(*lora, 0);
  linears[1]->set_adapter(lora);
  CHECK(joined.is_joined());
  const at::Tensor change = joined.forward(x) - plain;
  CHECK(at::allclose(change.narrow(1, 2, 2), (x.sum(1, true) * 0.5 * 2).expand({2, 2})));
  CHECK(at::allclose(change.narrow(1, 0, 2), at::zeros({2, 2}), 0, 1e-5));

  const auto dora = std::make_shared<nn::LowRankAdapter>(
      *linears[0], nn::LowRankShape{.rank = 1, .scale = 0.5, .has_magnitude = true});
  fill(*dora, 3);
  linears[0]->set_adapter(dora);
  CHECK(at::allclose(joined.forward(x), one_by_one(linears, x), 1e-5, 1e-5));
  const std::vector<at::Tensor> parameters = {x, lora->a, lora->b, dora->a, dora->b, dora->magnitude};
  const at::Tensor weights = at::arange(joined.forward(x).numel(), at::kFloat).view_as(joined.forward(x));
  const auto grads = torch::autograd::grad({(joined.forward(x) * weights).sum()}, parameters);
  const auto want = torch::autograd::grad({(one_by_one(linears, x) * weights).sum()}, parameters);
  for (size_t i = 0; i < grads.size(); ++i) CHECK(at::allclose(grads[i], want[i], 1e-5, 1e-5));
  {
    const c10::InferenceMode no_gradients;  // with packed weights
    CHECK(at::allclose(joined.forward(x), one_by_one(linears, x), 1e-5, 1e-5));
  }
  linears[0]->set_adapter(nullptr);
  linears[1]->set_adapter(nullptr);
  CHECK(at::equal(joined.forward(x), plain));
}

}  // namespace joined_linear_test
