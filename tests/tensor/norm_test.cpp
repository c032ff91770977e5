#include "tensor/norm.h"

#include <ATen/ops/allclose.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/rms_norm.h>
#include <ATen/ops/sin.h>
#include <doctest/doctest.h>

#include "expect_error.h"
#include "tensor/dropout.h"
#include "tensor/finite_differences.h"

namespace norm_test {

using namespace hone;
using tensor::NormKind;
using tensor::NormOptions;

const RandomStream kStream{42, 7, 3, 5};

// Returns x, bias, residual, weight, norm_bias.
std::vector<at::Tensor> random_inputs(int64_t rows, int64_t width, at::ScalarType dtype = at::kFloat) {
  at::manual_seed(static_cast<uint64_t>(rows * 1000 + width));
  std::vector<at::Tensor> inputs{at::randn({rows, width}, dtype), at::randn({width}, dtype),
                                 at::randn({rows, width}, dtype), at::randn({width}, dtype), at::randn({width}, dtype)};
  for (at::Tensor& input : inputs) input.requires_grad_();
  return inputs;
}

NormOptions options_of(const std::vector<at::Tensor>& inputs, NormKind kind, double p) {
  return {.kind = kind,
          .weight = inputs[3],
          .norm_bias = kind == NormKind::kLayer ? inputs[4] : at::Tensor(),
          .eps = 1e-5,
          .bias = inputs[1],
          .residual = inputs[2],
          .p = p,
          .stream = kStream};
}

// Computes the norm with libtorch's operations and hone's dropout.
tensor::NormResult expected_norm(const std::vector<at::Tensor>& inputs, NormKind kind, double p) {
  const at::Tensor sum = tensor::dropout(inputs[0] + inputs[1], p, kStream) + inputs[2];
  const int64_t width = sum.size(-1);
  return {sum, kind == NormKind::kLayer ? at::layer_norm(sum, {width}, inputs[3], inputs[4], 1e-5)
                                        : at::rms_norm(sum, {width}, inputs[3], 1e-5)};
}

// Returns a loss of both results with a different weight for each element.
at::Tensor loss_of(const tensor::NormResult& result) {
  const at::Tensor weights = at::sin(at::arange(result.sum.numel(), at::kDouble)).view_as(result.sum);
  return (result.normed * weights).sum() + (result.sum * weights.cos()).sum();
}

std::vector<at::Tensor> gradients_of(const at::Tensor& loss, const std::vector<at::Tensor>& inputs) {
  return torch::autograd::grad({loss}, inputs, {}, /*retain_graph=*/true, false, /*allow_unused=*/true);
}

void check_close(const at::Tensor& got, const at::Tensor& expected, double tolerance) {
  CHECK(got.defined() == expected.defined());
  if (expected.defined()) CHECK(at::allclose(got, expected, tolerance, tolerance));
}

TEST_CASE("residual_norm and its gradients equal libtorch's operations") {
  for (const int64_t width : {1, 3, 16, 33, 384}) {
    for (const int64_t rows : {0, 1, 5, 97}) {
      for (const double p : {0.0, 0.3}) {
        for (const NormKind kind : {NormKind::kLayer, NormKind::kRms}) {
          INFO("width ", width, " rows ", rows, " p ", p, " rms ", kind == NormKind::kRms);
          const auto inputs = random_inputs(rows, width);
          const auto expected = expected_norm(inputs, kind, p);
          const auto got = tensor::residual_norm(inputs[0], options_of(inputs, kind, p));
          CHECK(at::allclose(got.sum, expected.sum, 1e-6, 1e-6));
          CHECK(at::allclose(got.normed, expected.normed, 1e-4, 1e-5));
          const auto want = gradients_of(loss_of(expected), inputs), have = gradients_of(loss_of(got), inputs);
          // One column minus its mean is 0, so its gradient is only rounding error.
          const double tolerance = width == 1 ? 1e-2 : 1e-4;
          for (size_t i = 0; i < inputs.size(); ++i) check_close(have[i], want[i], tolerance);
        }
      }
    }
  }
}

TEST_CASE("the gradients of residual_norm equal finite differences") {
  for (const NormKind kind : {NormKind::kLayer, NormKind::kRms}) {
    auto inputs = random_inputs(3, 5, at::kDouble);
    if (kind == NormKind::kRms) inputs.pop_back();
    const auto loss = [&](const std::vector<at::Tensor>& x) {
      return loss_of(tensor::residual_norm(x[0], options_of(x, kind, 0.4)));
    };
    check_gradients(loss, inputs);
  }
}

TEST_CASE("without bias, residual and dropout the sum is x") {
  const auto inputs = random_inputs(5, 33);
  const auto result = tensor::residual_norm(inputs[0], {.weight = inputs[3], .norm_bias = inputs[4], .eps = 1e-12});
  CHECK(result.sum.is_same(inputs[0]));
  const at::Tensor expected = at::layer_norm(inputs[0], {33}, inputs[3], inputs[4], 1e-12);
  CHECK(at::allclose(result.normed, expected, 1e-5, 1e-6));
  const std::vector<at::Tensor> wanted{inputs[0], inputs[3], inputs[4]};
  const auto have = gradients_of(result.normed.square().sum(), wanted);
  const auto want = gradients_of(expected.square().sum(), wanted);
  for (size_t i = 0; i < wanted.size(); ++i) check_close(have[i], want[i], 1e-4);
}

TEST_CASE("a result that no loss uses contributes no gradient") {
  const auto inputs = random_inputs(5, 33);
  const auto expected = expected_norm(inputs, NormKind::kLayer, 0);
  const auto result = tensor::residual_norm(inputs[0], options_of(inputs, NormKind::kLayer, 0));
  for (const bool sum : {false, true}) {
    const auto have = gradients_of((sum ? result.sum : result.normed).square().sum(), inputs);
    const auto want = gradients_of((sum ? expected.sum : expected.normed).square().sum(), inputs);
    for (const size_t i : {0, 1, 2}) check_close(have[i], want[i], 1e-4);
    if (sum) CHECK(have[3].eq(0).all().item<bool>());
    if (!sum) check_close(have[3], want[3], 1e-4);
  }
}

TEST_CASE("inputs without requires_grad get no gradient, and the others get the same ones") {
  const auto inputs = random_inputs(5, 33);
  auto few = inputs;
  for (const size_t i : {0, 1, 3, 4}) few[i] = inputs[i].detach();
  for (const double p : {0.0, 0.5}) {
    const auto all = gradients_of(
        tensor::residual_norm(inputs[0], options_of(inputs, NormKind::kLayer, p)).normed.square().sum(), inputs);
    const auto one = gradients_of(
        tensor::residual_norm(few[0], options_of(few, NormKind::kLayer, p)).normed.square().sum(), {few[2]});
    CHECK(at::equal(one[0], all[2]));
  }
}

TEST_CASE("the sum may be written over x, in any memory layout of x") {
  const auto inputs = random_inputs(6, 33);
  NormOptions options = options_of(inputs, NormKind::kLayer, 0.3);
  const auto expected = tensor::residual_norm(inputs[0], options);
  options.overwrite_x = true;
  const at::Tensor x = inputs[0] * 1;
  const auto result = tensor::residual_norm(x, options);
  CHECK(result.sum.const_data_ptr() == x.const_data_ptr());
  CHECK(at::equal(result.sum, expected.sum));
  CHECK(at::equal(gradients_of(loss_of(result), inputs)[0], gradients_of(loss_of(expected), inputs)[0]));
  const at::Tensor transposed = inputs[0].detach().t().contiguous().t();
  CHECK(at::equal(tensor::residual_norm(transposed, options).sum, expected.sum));
}

TEST_CASE("bfloat16 rows have float parameters, and their only error is the rounding") {
  const auto inputs = random_inputs(97, 384);
  auto halves = inputs;
  for (const size_t i : {0, 2}) halves[i] = inputs[i].detach().to(at::kBFloat16).requires_grad_();
  auto rounded = inputs;
  for (const size_t i : {0, 2}) rounded[i] = halves[i].detach().to(at::kFloat).requires_grad_();
  const auto result = tensor::residual_norm(halves[0], options_of(halves, NormKind::kLayer, 0.1));
  const auto expected = tensor::residual_norm(rounded[0], options_of(rounded, NormKind::kLayer, 0.1));
  CHECK((result.normed.scalar_type() == at::kBFloat16));
  CHECK(at::allclose(result.normed.to(at::kFloat), expected.normed, 1e-2, 4e-2));
  const auto have = gradients_of(loss_of(result), halves), want = gradients_of(loss_of(expected), rounded);
  for (size_t i = 0; i < have.size(); ++i) {
    CHECK((have[i].scalar_type() == halves[i].scalar_type()));
    const at::Tensor error = (have[i].to(at::kFloat) - want[i]).norm() / want[i].norm();
    CHECK(error.item<double>() < 1e-2);
  }
}

TEST_CASE("the library's residual_norm is the same operation") {
  for (const NormKind kind : {NormKind::kLayer, NormKind::kRms}) {
    const auto inputs = random_inputs(5, 33);
    const auto got = tensor::residual_norm_by_library(inputs[0], options_of(inputs, kind, 0));
    const auto expected = tensor::residual_norm(inputs[0], options_of(inputs, kind, 0));
    CHECK(at::allclose(got.normed, expected.normed, 1e-5, 1e-5));
    const auto have = gradients_of(loss_of(got), inputs), want = gradients_of(loss_of(expected), inputs);
    for (size_t i = 0; i < inputs.size(); ++i) check_close(have[i], want[i], 1e-4);
    const auto dropped = tensor::residual_norm_by_library(inputs[0], options_of(inputs, kind, 1.0));
    CHECK(at::equal(dropped.sum, inputs[2]));
  }
}

TEST_CASE("parameters with another width are internal errors") {
  const at::Tensor x = at::ones({2, 4}), narrow = at::ones({3}), wide = at::ones({4});
  const auto kind = [&](const NormOptions& options) {
    return expect_error([&] { tensor::residual_norm(x, options); }).kind();
  };
  CHECK(kind({.weight = narrow}) == ErrorKind::kInternal);
  CHECK(kind({.weight = wide, .norm_bias = narrow}) == ErrorKind::kInternal);
  CHECK(kind({.weight = wide, .bias = narrow}) == ErrorKind::kInternal);
  CHECK(kind({.weight = wide, .residual = narrow}) == ErrorKind::kInternal);
  CHECK(kind({.weight = wide, .p = 2}) == ErrorKind::kInternal);
}

}  // namespace norm_test
