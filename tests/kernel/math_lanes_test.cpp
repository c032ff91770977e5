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

void sigmoid_of(const float* x, float* y, size_t count) {
  for (size_t i = 0; i < count; i += kLanes) store(sigmoid_lanes(load(x + i)), y + i);
}

void tanh_of(const float* x, float* y, size_t count) {
  for (size_t i = 0; i < count; i += kLanes) store(tanh_lanes(load(x + i)), y + i);
}

void normal_of(const float* x, float* cdf, float* density, size_t count) {
  for (size_t i = 0; i < count; i += kLanes) {
    const NormalLanes normal = normal_lanes(load(x + i));
    store(normal.cdf, cdf + i);
    store(normal.density, density + i);
  }
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

// Returns |y - exact| in units in the last place of the exact value.
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

TEST_CASE("tanh is within 4 ulp, and 1 with x's sign far from 0") {
  std::vector<float> x(1 << 16), y(x.size());
  for (size_t i = 0; i < x.size(); ++i) x[i] = -12 + 24 * static_cast<float>(i) / static_cast<float>(x.size());
  x[0] = -std::numeric_limits<float>::infinity();
  x[1] = std::numeric_limits<float>::infinity();
  x[2] = 1e-30F;
  x[3] = 100;
  for_each_vector_level([&] {
    HONE_KERNEL(tanh_of)(x.data(), y.data(), x.size());
    double worst = 0;
    for (size_t i = 0; i < x.size(); ++i) {
      if (x[i] != 0) worst = std::max(worst, ulps(y[i], std::tanh(double{x[i]})));
    }
    CHECK(worst < 4);
    CHECK(y[x.size() / 2] == 0);
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

TEST_CASE("sigmoid is within 4 ulp, and reaches 0 and 1") {
  std::vector<float> x(1 << 16), y(x.size());
  for (size_t i = 0; i < x.size(); ++i) x[i] = -85 + 170 * static_cast<float>(i) / static_cast<float>(x.size());
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const std::array<float, 16> ends{-kInfinity, -100, 100, kInfinity, std::nanf("")};
  for_each_vector_level([&] {
    HONE_KERNEL(sigmoid_of)(x.data(), y.data(), x.size());
    double worst = 0;
    for (size_t i = 0; i < x.size(); ++i) worst = std::max(worst, ulps(y[i], 1 / (1 + std::exp(-double{x[i]}))));
    CHECK(worst < 4);
    std::array<float, 16> at_ends{};
    HONE_KERNEL(sigmoid_of)(ends.data(), at_ends.data(), ends.size());
    for (const size_t i : {0, 1}) CHECK(at_ends[i] == 0);
    for (const size_t i : {2, 3}) CHECK(at_ends[i] == 1);
    CHECK(std::isnan(at_ends[4]));
  });
}

TEST_CASE("the normal distribution is within 1e-7, and its lower tail within a relative 2e-5") {
  std::vector<float> x(1 << 18), cdf(x.size()), density(x.size());
  for (size_t i = 0; i < x.size(); ++i) x[i] = -14 + 28 * static_cast<float>(i) / static_cast<float>(x.size());
  for_each_vector_level([&] {
    HONE_KERNEL(normal_of)(x.data(), cdf.data(), density.data(), x.size());
    double worst = 0, worst_tail = 0, worst_density = 0;
    for (size_t i = 0; i < x.size(); ++i) {
      const double exact = 0.5 * std::erfc(-double{x[i]} / std::sqrt(2.0));
      worst = std::max(worst, std::abs(cdf[i] - exact));
      if (x[i] > -13 && x[i] < 0) worst_tail = std::max(worst_tail, std::abs(cdf[i] / exact - 1));
      const double slope = std::exp(-0.5 * double{x[i]} * x[i]) / std::sqrt(2 * std::acos(-1.0));
      worst_density = std::max(worst_density, std::abs(density[i] - slope));
    }
    CHECK(worst < 1e-7);
    CHECK(worst_tail < 2e-5);
    CHECK(worst_density < 1e-7);
  });
}

TEST_CASE("the normal distribution reaches 0 and 1, and NaN stays NaN") {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const std::array<float, 16> x{-kInfinity, -20, 20, kInfinity, 0, std::nanf("")};
  for_each_vector_level([&] {
    std::array<float, 16> cdf{}, density{};
    HONE_KERNEL(normal_of)(x.data(), cdf.data(), density.data(), x.size());
    for (const size_t i : {0, 1}) CHECK(cdf[i] == 0);
    for (const size_t i : {2, 3}) CHECK(cdf[i] == 1);
    for (const size_t i : {0, 1, 2, 3}) CHECK(density[i] == 0);
    CHECK(std::abs(cdf[4] - 0.5F) < 1e-7F);
    CHECK(std::isnan(cdf[5]));
    CHECK(std::isnan(density[5]));
  });
}

}  // namespace
}  // namespace hone::kernel
#endif
