#include "nn/rms_norm.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/tensor.h>
#include <doctest/doctest.h>

#include <cmath>

namespace rms_norm_test {

using namespace hone;

// Row (1, 7) has the mean square 25.
at::Tensor row() { return at::tensor({1.0F, 7.0F}).view({1, 2}); }

TEST_CASE("RMS norm divides each row by the root of its mean square, and scales it") {
  nn::RmsNorm norm(2, 11.0);  // the root of 25 + 11 is 6
  CHECK(norm.named_parameters().keys() == std::vector<std::string>{"weight"});
  const at::NoGradGuard no_grad;
  norm.weight.copy_(at::tensor({3.0F, -6.0F}));
  const at::Tensor y = norm.forward(row());
  CHECK(y[0][0].item<double>() == doctest::Approx(0.5));
  CHECK(y[0][1].item<double>() == doctest::Approx(-7));
}

TEST_CASE("a weight around one is added to 1, and has the same gradient") {
  nn::RmsNorm plain(2, 11.0), around_one(2, 11.0, nn::RmsCentre::kOne);
  {
    const at::NoGradGuard no_grad;
    plain.weight.copy_(at::tensor({3.0F, -6.0F}));
    around_one.weight.copy_(at::tensor({2.0F, -7.0F}));
  }
  const at::Tensor y = around_one.forward(row());
  CHECK(y.equal(plain.forward(row())));
  y.sum().backward();
  CHECK(around_one.weight.grad()[0].item<double>() == doctest::Approx(1.0 / 6));
  CHECK(around_one.weight.grad()[1].item<double>() == doctest::Approx(7.0 / 6));
}

TEST_CASE("sum_and_norm adds product, bias and residual") {
  nn::RmsNorm norm(2, 11.0);
  const at::NoGradGuard no_grad;
  norm.weight.fill_(6.0);
  const auto [sum, normed] = norm.sum_and_norm(at::tensor({0.0F, 1.0F}).view({1, 2}), at::tensor({0.5F, 2.0F}),
                                               at::tensor({0.5F, 4.0F}).view({1, 2}), 0, {});
  CHECK(sum.equal(row()));
  CHECK(normed[0][1].item<double>() == doctest::Approx(7));
}

TEST_CASE("new weights are 1, or 0 if they are added to 1") {
  at::Generator generator;
  const at::NoGradGuard no_grad;
  for (const auto& [centre, value] : {std::pair(nn::RmsCentre::kZero, 1.0), std::pair(nn::RmsCentre::kOne, 0.0)}) {
    nn::RmsNorm norm(3, 1e-6, centre);
    norm.weight.fill_(7);
    norm.draw([](std::string_view) { return false; }, 0.02, generator);
    CHECK(norm.weight.eq(7).all().item<bool>());
    norm.draw([](std::string_view) { return true; }, 0.02, generator);
    CHECK(norm.weight.eq(value).all().item<bool>());
  }
}

}  // namespace rms_norm_test
