#include "train/step_result.h"

#include <ATen/ops/full.h>
#include <doctest/doctest.h>

#include <limits>

using namespace hone;
using namespace hone::train;

TEST_CASE("a deferred result keeps the values of its step") {
  const at::Tensor loss = at::full({}, 0.25, at::kFloat), norm = at::full({}, 1.5, at::kDouble);
  const DeferredResult result(loss, norm);
  loss.fill_(7);
  CHECK(result.read().loss == 0.25);
  CHECK(result.read().grad_norm == 1.5);
}

TEST_CASE("a result is finite if both of its values are") {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  CHECK(StepResult{0.5, 2}.is_finite());
  CHECK_FALSE(StepResult{kNan, 2}.is_finite());
  CHECK_FALSE(StepResult{0.5, kInfinity}.is_finite());
}
