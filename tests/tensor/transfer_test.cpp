#include "tensor/transfer.h"

#include <ATen/ATen.h>
#include <doctest/doctest.h>

using namespace hone;

TEST_CASE("a tensor that is on the device already is given as it is") {
  const at::Tensor tensor = at::arange(5);
  CHECK(tensor::on_device(tensor, at::kCPU).is_same(tensor));
}

TEST_CASE("a tensor goes to another device with its shape and type") {
  const at::Tensor moved = tensor::on_device(at::ones({2, 3}, at::kLong), at::kMeta);
  CHECK(moved.is_meta());
  CHECK(moved.sizes() == at::IntArrayRef({2, 3}));
  CHECK((moved.scalar_type() == at::kLong));
}
