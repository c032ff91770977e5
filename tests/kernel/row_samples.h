// For tests of the row kernels: pseudo-random rows, the same for every storage type, and comparisons of results.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernel/bfloat16.h"

namespace hone::kernel {

constexpr int64_t kTestWidths[] = {1, 3, 7, 8, 15, 16, 17, 31, 32, 33, 64, 384, 768, 1000};
constexpr int64_t kTestRows[] = {0, 1, 2, 5, 97};

// Returns values in [-scale, scale) that are exact in float and bfloat16.
template <typename S>
std::vector<S> sample(int64_t count, uint32_t seed, double scale = 2) {
  std::vector<S> values(static_cast<size_t>(count));
  uint32_t state = seed * 2654435761U + 12345;
  for (S& value : values) {
    state = state * 1664525 + 1013904223;
    const double uniform = static_cast<double>(state >> 8) / (1 << 23) - 1;
    const float rounded = to_float(to_bfloat16(static_cast<float>(scale * uniform)));
    if constexpr (std::is_same_v<S, BFloat16>) {
      value = to_bfloat16(rounded);
    } else {
      value = rounded;
    }
  }
  return values;
}

// Returns the largest |a - b| / max(|b|, floor), or infinity if only one of the two is NaN.
template <typename A, typename B>
double worst_error(const std::vector<A>& a, const std::vector<B>& b, double floor) {
  double worst = a.size() == b.size() ? 0 : INFINITY;
  for (size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    const double x = to_float(a[i]), y = to_float(b[i]);
    if (std::isnan(x) && std::isnan(y)) continue;
    if (x == y) continue;
    const double error = std::abs(x - y) / std::max(std::abs(y), floor);
    worst = std::isnan(error) ? INFINITY : std::max(worst, error);
  }
  return worst;
}

// Returns the error bound of a result stored as S: its rounding, plus that of the arithmetic in float.
template <typename S>
constexpr double kRounding = std::is_same_v<S, BFloat16> ? 1.0 / 256 : 0.0;

}  // namespace hone::kernel
