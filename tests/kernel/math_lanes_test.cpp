#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernel/math_lanes_test.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h, which includes this file again.
#include "kernel/math_lanes.h"

HWY_BEFORE_NAMESPACE();
namespace hone::kernel::HWY_NAMESPACE {

void exp_of(const float* x, float* y, size_t count) {
  for (size_t i = 0; i < count; i += kLanes) store(exp_lanes(load(x + i)), y + i);
}

}  // namespace hone::kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "kernel/each_level.h"

namespace hone::kernel {
namespace {

// |y - exact| in units of the last place of the exact value.
double ulps(float y, double exact) {
  const auto nearest = static_cast<float>(exact);
  return std::abs(y - exact) / (std::nextafter(nearest, std::numeric_limits<float>::infinity()) - nearest);
}

TEST_CASE("exp is within 2 ulp over its range") {
  std::vector<float> x(1 << 16), y(x.size());
  for (size_t i = 0; i < x.size(); ++i) x[i] = -87.25F + 175.5F * static_cast<float>(i) / static_cast<float>(x.size());
  for_each_vector_level([&] {
    HONE_KERNEL(exp_of)(x.data(), y.data(), x.size());
    double worst = 0;
    for (size_t i = 0; i < x.size(); ++i) worst = std::max(worst, ulps(y[i], std::exp(double{x[i]})));
    CHECK(worst < 2);
  });
}

TEST_CASE("exp outside its range is 0 or infinite, and NaN stays NaN") {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const std::array<float, 16> x{-kInfinity, -1e30F, -88, 0, 89, 1e30F, kInfinity, std::nanf("")};
  for_each_vector_level([&] {
    std::array<float, 16> y{};
    HONE_KERNEL(exp_of)(x.data(), y.data(), x.size());
    CHECK(y[0] == 0);
    CHECK(y[1] == 0);
    CHECK(y[2] == 0);
    CHECK(y[3] == 1);
    CHECK(y[4] == kInfinity);
    CHECK(y[5] == kInfinity);
    CHECK(y[6] == kInfinity);
    CHECK(std::isnan(y[7]));
  });
}

}  // namespace
}  // namespace hone::kernel
#endif
