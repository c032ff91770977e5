#include "nn/dropout.h"

#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>
#include <doctest/doctest.h>

#include "tensor/dropout.h"

using namespace hone;

TEST_CASE("dropout sites are numbered in the order of construction") {
  nn::DropoutSites sites;
  const nn::Dropout first(0.5, sites), second(0.5, sites);
  const nn::ForwardContext context{true, 42, 3, 1};
  const at::Tensor x = at::ones({64});
  CHECK(at::equal(first(x, context), tensor::dropout(x, 0.5, {42, 3, 1, 0})));
  CHECK(at::equal(second(x, context), tensor::dropout(x, 0.5, {42, 3, 1, 1})));
}

TEST_CASE("dropout does nothing outside training") {
  nn::DropoutSites sites;
  const nn::Dropout dropout(0.5, sites);
  const at::Tensor x = at::ones({8});
  CHECK(dropout(x, {}).is_same(x));
  CHECK(dropout.active_p({}) == 0);
  CHECK(dropout.active_p({true, 0, 0, 0}) == 0.5);
}
