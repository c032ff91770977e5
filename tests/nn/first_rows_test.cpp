#include "nn/first_rows.h"

#include <ATen/ATen.h>
#include <doctest/doctest.h>

using namespace hone;

TEST_CASE("the first row of each sequence is taken, in float") {
  const at::Tensor x = at::arange(12, at::kBFloat16).view({6, 2});
  const at::Tensor first = nn::first_rows(x, tensor::Packing::from_lengths({3, 1, 2}));
  CHECK(at::equal(first, at::tensor({0.0F, 1.0F, 6.0F, 7.0F, 8.0F, 9.0F}).view({3, 2})));
}
