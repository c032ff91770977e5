#include "nn/layer_norm.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/tensor.h>
#include <doctest/doctest.h>

#include <cmath>

using namespace hone;

TEST_CASE("layer norm centres, scales and shifts each row") {
  const auto norm = std::make_shared<nn::LayerNorm>(2, 0.5);
  const at::NoGradGuard no_grad;
  norm->weight.copy_(at::tensor({1.0, 3.0}));
  norm->bias.copy_(at::tensor({0.0, 1.0}));
  // Mean 2, variance 1, so the row is -+ 1 / sqrt(1.5).
  const at::Tensor y = norm->forward(at::tensor({1.0, 3.0}).to(at::kFloat).view({1, 2}));
  const double unit = 1 / std::sqrt(1.5);
  CHECK(y[0][0].item<double>() == doctest::Approx(-unit));
  CHECK(y[0][1].item<double>() == doctest::Approx(3 * unit + 1));
  CHECK(norm->named_parameters().keys() == std::vector<std::string>{"weight", "bias"});
}

TEST_CASE("a layer norm without a bias only centres and scales, and returns the sum that it normalises too") {
  const auto norm = std::make_shared<nn::LayerNorm>(2, 0.5, /*has_bias=*/false);
  CHECK(norm->named_parameters().keys() == std::vector<std::string>{"weight"});
  const at::NoGradGuard no_grad;
  norm->weight.copy_(at::tensor({1.0, 3.0}));
  const at::Tensor product = at::tensor({0.0F, 1.0F}).view({1, 2}), residual = at::tensor({1.0F, 2.0F}).view({1, 2});
  const auto [sum, normed] = norm->sum_and_norm(product, {}, residual, 0, {});
  const double unit = 1 / std::sqrt(1.5);
  CHECK(sum[0][0].item<double>() == 1);
  CHECK(sum[0][1].item<double>() == 3);
  CHECK(normed[0][0].item<double>() == doctest::Approx(-unit));
  CHECK(normed[0][1].item<double>() == doctest::Approx(3 * unit));
}
