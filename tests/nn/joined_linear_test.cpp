#include "nn/joined_linear.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>
#include <doctest/doctest.h>

using namespace hone;

namespace {

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

}  // namespace

TEST_CASE("joined linears compute what each of them does, before and after a change of a weight") {
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

TEST_CASE("joining keeps the tensors that others hold, and their gradients") {
  const auto linears = three_linears();
  const at::Tensor held = linears[1]->weight;
  const nn::JoinedLinear joined(linears);
  joined.forward(at::ones({1, 4})).sum().backward();
  CHECK(held.is_same(linears[1]->weight));
  CHECK(held.requires_grad());
  CHECK(held.is_contiguous());
  CHECK(at::equal(held.grad(), at::ones({2, 4})));
}

TEST_CASE("a weight that is given other memory is joined again") {
  const auto linears = three_linears();
  const nn::JoinedLinear joined(linears);
  const at::Tensor x = at::arange(4, at::kFloat).view({1, 4});
  joined.forward(x);
  at::Tensor(linears[0]->weight).set_data(at::ones({2, 4}));
  CHECK(at::allclose(joined.forward(x), one_by_one(linears, x)));
}

TEST_CASE("linears that were joined in a prediction can be trained") {
  const auto linears = three_linears();
  const nn::JoinedLinear joined(linears);
  {
    const c10::InferenceMode no_gradients;
    joined.forward(at::ones({1, 4}));
  }
  joined.forward(at::ones({1, 4})).sum().backward();
  CHECK(linears[0]->weight.grad().defined());
}
