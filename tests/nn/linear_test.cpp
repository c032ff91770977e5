#include "nn/linear.h"

#include <ATen/ATen.h>
#include <doctest/doctest.h>

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
