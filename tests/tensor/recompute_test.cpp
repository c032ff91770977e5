#include "tensor/recompute.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/cos.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/sin.h>
#include <ATen/ops/tanh.h>
#include <c10/core/InferenceMode.h>
#include <doctest/doctest.h>

#include "tensor/dropout.h"

namespace recompute_test {

using namespace hone;

struct Layer {
  at::Tensor weight = at::sin(at::arange(16, at::kFloat)).view({4, 4}).requires_grad_();
  int* calls = nullptr;
  at::Tensor operator()(const at::Tensor& x) const {
    if (calls != nullptr) ++*calls;
    return tensor::dropout(at::tanh(at::matmul(x, weight)), 0.25, {1, 2, 3, 4});
  }
};

TEST_CASE("a recomputed part has bit-identical output and gradients") {
  const Layer kept[2], dropped[2];
  const at::Tensor start = at::cos(at::arange(12, at::kFloat)).view({3, 4});
  const at::Tensor x = start.clone().requires_grad_(), y = start.clone().requires_grad_();
  const at::Tensor expected = kept[1](kept[0](x));
  const at::Tensor out = tensor::recompute_in_backward(dropped[1], tensor::recompute_in_backward(dropped[0], y));
  CHECK(at::equal(out, expected));
  expected.square().sum().backward();
  out.square().sum().backward();
  CHECK(at::equal(y.grad(), x.grad()));
  for (int i = 0; i < 2; ++i) CHECK(at::equal(dropped[i].weight.grad(), kept[i].weight.grad()));
}

TEST_CASE("a part is computed twice if there is a backward pass, otherwise once") {
  int calls = 0;
  Layer layer;
  layer.calls = &calls;
  const at::Tensor x = at::ones({3, 4}).requires_grad_();
  tensor::recompute_in_backward(layer, x).sum().backward();
  CHECK(calls == 2);
  const c10::InferenceMode no_gradients;
  tensor::recompute_in_backward(layer, at::ones({3, 4}));
  CHECK(calls == 3);
}

TEST_CASE("a part whose input has no gradient still gives its parameters theirs, and none to the input") {
  const Layer kept, dropped;
  const at::Tensor x = at::cos(at::arange(12, at::kFloat)).view({3, 4});
  kept(x).square().sum().backward();
  tensor::recompute_in_backward(dropped, x).square().sum().backward();
  CHECK(at::equal(dropped.weight.grad(), kept.weight.grad()));
  CHECK_FALSE(x.grad().defined());
}

}  // namespace recompute_test
