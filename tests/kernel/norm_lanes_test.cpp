#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernel/norm_lanes_test.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h, which includes this file again.
#include "kernel/norm_lanes.h"

HWY_BEFORE_NAMESPACE();
namespace hone::kernel::HWY_NAMESPACE {

void normalise(const float* z, size_t width, const float* weight, const float* factors, float* y, float* statistics) {
  const RowStatistics row = row_statistics(z, width, NormKind::kLayer, 0.0);
  normalise_row(z, row, weight, nullptr, factors, width, y);
  statistics[0] = row.mean;
  statistics[1] = row.inverse_scale;
}

}  // namespace hone::kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <doctest/doctest.h>

#include <array>

#include "kernel/each_level.h"

namespace hone::kernel {
namespace {

TEST_CASE("a row of known mean and variance is normalised, scaled and shifted, and dropout is applied") {
  // Values 1 and 5 in turn, and a 3: mean 3, variance 4 * 18 / 19.
  std::array<float, 19> z{}, weight{}, factors{}, y{};
  for (size_t i = 0; i < 18; ++i) z[i] = i % 2 == 0 ? 1 : 5;
  z[18] = 3;
  weight.fill(2);
  factors.fill(1);
  factors[1] = 0;
  const double scale = 1 / std::sqrt(4.0 * 18 / 19);
  for_each_vector_level([&] {
    std::array<float, 2> statistics{};
    HONE_KERNEL(normalise)(z.data(), z.size(), weight.data(), factors.data(), y.data(), statistics.data());
    CHECK(statistics[0] == doctest::Approx(3));
    CHECK(statistics[1] == doctest::Approx(scale));
    CHECK(y[0] == doctest::Approx(-4 * scale));
    CHECK(y[1] == 0);
    CHECK(y[17] == doctest::Approx(4 * scale));
    CHECK(y[18] == doctest::Approx(0));
  });
}

}  // namespace
}  // namespace hone::kernel
#endif
