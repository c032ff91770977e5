#include "tensor/activation.h"

#include <ATen/ops/allclose.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/sin.h>
#include <doctest/doctest.h>

#include "expect_error.h"
#include "tensor/finite_differences.h"

namespace activation_test {

using namespace hone;
using tensor::ActivationKind;

constexpr ActivationKind kKinds[] = {ActivationKind::kGelu, ActivationKind::kGeluTanh, ActivationKind::kGeluQuick,
                                     ActivationKind::kSilu, ActivationKind::kRelu};

at::Tensor random_input(at::IntArrayRef shape, uint64_t seed, at::ScalarType dtype = at::kFloat) {
  at::manual_seed(seed);
  return (at::randn(shape, dtype) * 2).requires_grad_();
}

std::vector<at::Tensor> gradients_of(const at::Tensor& y, const std::vector<at::Tensor>& inputs) {
  const at::Tensor weights = at::sin(at::arange(y.numel(), at::kFloat)).view_as(y).to(y.scalar_type());
  return torch::autograd::grad({(y * weights).sum()}, inputs, {}, /*retain_graph=*/true);
}

void check_same(const at::Tensor& got, const at::Tensor& expected, const std::vector<at::Tensor>& inputs,
                double tolerance = 1e-5) {
  CHECK(at::allclose(got, expected, tolerance, 2e-6));
  const auto have = gradients_of(got, inputs), want = gradients_of(expected, inputs);
  for (size_t i = 0; i < inputs.size(); ++i) CHECK(at::allclose(have[i], want[i], tolerance, 1e-5));
}

TEST_CASE("activation and its gradients equal libtorch's operations") {
  for (const ActivationKind kind : kKinds) {
    for (const int64_t width : {1, 7, 33, 384}) {
      for (const int64_t rows : {0, 1, 5, 97}) {
        INFO("kind ", static_cast<int>(kind), " width ", width, " rows ", rows);
        const at::Tensor x = random_input({rows, width}, 1), bias = random_input({width}, 2);
        check_same(tensor::activation(x, bias, kind), tensor::activation_by_library(x, bias, kind), {x, bias});
        check_same(tensor::activation(x, {}, kind), tensor::activation_by_library(x, {}, kind), {x});
      }
    }
  }
}

TEST_CASE("the gradients of activation equal finite differences") {
  for (const ActivationKind kind : kKinds) {
    const auto loss = [&](const std::vector<at::Tensor>& in) {
      return tensor::activation(in[0], in[1], kind).square().sum();
    };
    check_gradients(loss, {random_input({3, 5}, 1, at::kDouble), random_input({5}, 2, at::kDouble)});
  }
}

TEST_CASE("gated_activation and its gradient equal libtorch's operations") {
  for (const ActivationKind kind : kKinds) {
    for (const int64_t width : {1, 7, 33, 384}) {
      for (const int64_t rows : {0, 1, 5, 97}) {
        INFO("kind ", static_cast<int>(kind), " width ", width, " rows ", rows);
        const at::Tensor x = random_input({rows, 2 * width}, 1);
        check_same(tensor::gated_activation(x, kind), tensor::gated_activation_by_library(x, kind), {x});
      }
    }
  }
}

TEST_CASE("the gradients of gated_activation equal finite differences") {
  for (const ActivationKind kind : kKinds) {
    const auto loss = [&](const std::vector<at::Tensor>& in) {
      return tensor::gated_activation(in[0], kind).square().sum();
    };
    check_gradients(loss, {random_input({3, 10}, 1, at::kDouble)});
  }
}

TEST_CASE("bfloat16 rows have a float bias, and their only error is the rounding") {
  for (const ActivationKind kind : kKinds) {
    const at::Tensor bias = random_input({33}, 2);
    const at::Tensor x = random_input({97, 33}, 1).detach().to(at::kBFloat16).requires_grad_();
    const at::Tensor wide = x.detach().to(at::kFloat).requires_grad_();
    const at::Tensor y = tensor::activation(x, bias, kind);
    CHECK((y.scalar_type() == at::kBFloat16));
    CHECK(at::allclose(y.to(at::kFloat), tensor::activation(wide, bias, kind), 1.0 / 128, 1e-6));
    const auto have = torch::autograd::grad({y.sum()}, {x, bias});
    const auto want = torch::autograd::grad({tensor::activation(wide, bias, kind).sum()}, {wide, bias});
    CHECK(at::allclose(have[0].to(at::kFloat), want[0], 1.0 / 128, 1e-6));
    CHECK(at::allclose(have[1], want[1], 1e-5, 1e-5));
  }
}

TEST_CASE("views are read by element, not by memory layout") {
  const at::Tensor x = random_input({6, 8}, 1).detach();
  CHECK(at::equal(tensor::activation(x.t(), {}, ActivationKind::kGelu),
                  tensor::activation(x.t().contiguous(), {}, ActivationKind::kGelu)));
  CHECK(at::equal(tensor::gated_activation(x.t(), ActivationKind::kSilu),
                  tensor::gated_activation(x.t().contiguous(), ActivationKind::kSilu)));
}

TEST_CASE("shapes that do not match are internal errors") {
  const at::Tensor x = at::ones({2, 3});
  const auto kind = [](auto f) { return expect_error(f).kind(); };
  CHECK(kind([&] { tensor::activation(x, at::ones({4}), ActivationKind::kGelu); }) == ErrorKind::kInternal);
  CHECK(kind([&] { tensor::gated_activation(x, ActivationKind::kSilu); }) == ErrorKind::kInternal);
}

}  // namespace activation_test
