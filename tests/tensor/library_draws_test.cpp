#include "tensor/library_draws.h"

#include <ATen/ATen.h>
#include <doctest/doctest.h>

using namespace hone;

TEST_CASE("the library draws the same after the same seeding, and other numbers elsewhere in the run") {
  const RandomStream stream{42, 1, 0, 9};
  const auto draw = [](const RandomStream& place) {
    tensor::seed_library_draws(at::kCPU, place, 0.1);
    return at::rand({8});
  };
  const at::Tensor first = draw(stream);
  CHECK(at::equal(first, draw(stream)));
  CHECK_FALSE(at::equal(first, draw({42, 2, 0, 9})));
}

TEST_CASE("without dropout the generator is left alone") {
  tensor::seed_library_draws(at::kCPU, {1, 1, 1, 1}, 0.1);
  const at::Tensor first = at::rand({8});
  tensor::seed_library_draws(at::kCPU, {1, 1, 1, 1}, 0.1);
  tensor::seed_library_draws(at::kCPU, {2, 2, 2, 2}, 0);
  CHECK(at::equal(first, at::rand({8})));
}
