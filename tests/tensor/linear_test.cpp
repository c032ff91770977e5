#include "tensor/linear.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/cos.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/sin.h>
#include <c10/core/InferenceMode.h>
#include <doctest/doctest.h>

#include "expect_error.h"

namespace linear_test {

using namespace hone;

at::Tensor values(at::IntArrayRef sizes, double frequency) {
  const int64_t count = c10::multiply_integers(sizes);
  return at::sin(at::arange(count, at::kDouble) * frequency).view(sizes).to(at::kFloat);
}

at::Tensor leaf(const at::Tensor& x) { return x.detach().clone().requires_grad_(); }

// Runs backward from a sum whose weights all differ.
void backward(const at::Tensor& out) {
  const at::Tensor weights = at::cos(at::arange(out.numel(), at::kDouble)).view(out.sizes());
  (out.to(at::kDouble) * weights).sum().backward();
}

TEST_CASE("linear and its gradients equal the library's") {
  for (const bool has_bias : {true, false}) {
    for (const auto& sizes : {std::vector<int64_t>{5, 7}, {2, 3, 7}, {1, 7}, {0, 7}}) {
      const at::Tensor x = leaf(values(sizes, 0.3)), weight = leaf(values({4, 7}, 0.7));
      const at::Tensor bias = has_bias ? leaf(values({4}, 1.3)) : at::Tensor();
      const at::Tensor x2 = leaf(x), weight2 = leaf(weight), bias2 = has_bias ? leaf(bias) : at::Tensor();
      const at::Tensor out = tensor::linear(x, weight, weight, bias), expected = at::linear(x2, weight2, bias2);
      CHECK(out.sizes() == expected.sizes());
      CHECK(at::allclose(out, expected));
      backward(out);
      backward(expected);
      CHECK(at::allclose(x.grad(), x2.grad()));
      CHECK(at::allclose(weight.grad(), weight2.grad()));
      if (has_bias) CHECK(at::allclose(bias.grad(), bias2.grad()));
    }
  }
}

TEST_CASE("the result of a bfloat16 x is bfloat16, and an fp32 weight gets an fp32 gradient") {
  const at::Tensor x = leaf(values({64, 32}, 0.3).to(at::kBFloat16)), weight = leaf(values({16, 32}, 0.7)),
                   bias = leaf(values({16}, 1.3));
  tensor::CastWeight cast;
  const at::Tensor out = tensor::linear(x, weight, cast.in(weight, at::kBFloat16), bias);
  CHECK((out.scalar_type() == at::kBFloat16));
  backward(out);
  CHECK((weight.grad().scalar_type() == at::kFloat));
  CHECK((bias.grad().scalar_type() == at::kFloat));
  CHECK((x.grad().scalar_type() == at::kBFloat16));
  const at::Tensor x2 = leaf(x.to(at::kDouble)), weight2 = leaf(weight.to(at::kBFloat16).to(at::kDouble)),
                   bias2 = leaf(bias.to(at::kDouble));
  const at::Tensor expected = at::linear(x2, weight2, bias2);
  backward(expected);
  CHECK(at::allclose(out.to(at::kDouble), expected, 1e-2, 1e-2));
  CHECK(at::allclose(weight.grad().to(at::kDouble), weight2.grad(), 1e-2, 5e-2));
  CHECK(at::allclose(x.grad().to(at::kDouble), x2.grad(), 1e-2, 2e-2));
}

TEST_CASE("a weight is cast again only if it has changed") {
  const at::Tensor weight = values({4, 4}, 0.7).requires_grad_();
  tensor::CastWeight cast;
  CHECK(cast.in(weight, at::kFloat).is_same(weight));
  const at::Tensor first = cast.in(weight, at::kBFloat16);
  CHECK(cast.in(weight, at::kBFloat16).is_same(first));
  {
    const at::NoGradGuard no_gradients;
    weight.mul_(2);
  }
  const at::Tensor second = cast.in(weight, at::kBFloat16);
  CHECK_FALSE(second.is_same(first));
  CHECK(at::equal(second, weight.detach().to(at::kBFloat16)));
}

TEST_CASE("a weight that was cast during prediction can be trained") {
  const at::Tensor weight = values({4, 4}, 0.7).requires_grad_(), x = values({2, 4}, 0.3).to(at::kBFloat16);
  tensor::CastWeight cast;
  {
    const c10::InferenceMode no_gradients;
    tensor::linear(x, weight, cast.in(weight, at::kBFloat16), {});
  }
  tensor::linear(x, weight, cast.in(weight, at::kBFloat16), {}).sum().backward();
  CHECK(weight.grad().defined());
}

TEST_CASE("in joined linears each weight and bias gets its own gradient") {
  const at::Tensor x = leaf(values({6, 5}, 0.3));
  std::vector<at::Tensor> weights, biases, outputs;
  for (const int64_t rows : {3, 2, 4}) {
    weights.push_back(leaf(values({rows, 5}, 0.1 * static_cast<double>(rows))));
    biases.push_back(leaf(values({rows}, 0.2 * static_cast<double>(rows))));
  }
  const at::Tensor out = tensor::joined_linear(x, weights, biases, at::cat(weights).detach(), at::cat(biases).detach());
  backward(out);
  const at::Tensor x2 = leaf(x);
  std::vector<at::Tensor> weights2, biases2;
  for (size_t i = 0; i < weights.size(); ++i) {
    weights2.push_back(leaf(weights[i]));
    biases2.push_back(leaf(biases[i]));
    outputs.push_back(at::linear(x2, weights2[i], biases2[i]));
  }
  const at::Tensor expected = at::cat(outputs, 1);
  CHECK(at::allclose(out, expected));
  backward(expected);
  CHECK(at::allclose(x.grad(), x2.grad()));
  for (size_t i = 0; i < weights.size(); ++i) {
    CHECK(at::allclose(weights[i].grad(), weights2[i].grad()));
    CHECK(at::allclose(biases[i].grad(), biases2[i].grad()));
  }
}

TEST_CASE("in joined linears frozen weights get no gradient, and the others get theirs") {
  for (const bool weight_is_frozen : {true, false}) {
    const at::Tensor x = leaf(values({6, 5}, 0.3));
    const std::vector<at::Tensor> weights{values({3, 5}, 0.3), values({2, 5}, 0.2)};
    const std::vector<at::Tensor> biases{values({3}, 0.3), values({2}, 0.2)};
    const at::Tensor trained = weight_is_frozen ? biases[1] : weights[1];
    trained.requires_grad_();
    backward(tensor::joined_linear(x, weights, biases, at::cat(weights).detach(), at::cat(biases).detach()));
    const at::Tensor x2 = leaf(x), weight2 = leaf(weights[1]), bias2 = leaf(biases[1]);
    backward(at::cat({at::linear(x2, weights[0], biases[0]), at::linear(x2, weight2, bias2)}, 1));
    CHECK(at::allclose(x.grad(), x2.grad()));
    CHECK(at::allclose(trained.grad(), weight_is_frozen ? bias2.grad() : weight2.grad()));
    CHECK_FALSE(weights[0].grad().defined());
    CHECK_FALSE(biases[0].grad().defined());
    CHECK_FALSE((weight_is_frozen ? weights[1] : biases[1]).grad().defined());
  }
}

TEST_CASE("operands with different types are an internal error") {
  const at::Tensor weight = values({4, 4}, 0.7);
  CHECK(contains(expect_error([&] { tensor::linear(weight.to(at::kBFloat16), weight, weight, {}); }).what(),
                 "operands of one type"));
}

}  // namespace linear_test
