#include "kernel/bfloat16_gemm.h"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "kernel/each_level.h"

namespace hone::kernel {
namespace {

std::vector<BFloat16> values(int64_t count, double frequency) {
  std::vector<BFloat16> result(static_cast<size_t>(count));
  for (size_t i = 0; i < result.size(); ++i) {
    result[i] = to_bfloat16(static_cast<float>(std::sin(frequency * static_cast<double>(i))));
  }
  return result;
}

TEST_CASE("the product of a transposed matrix equals sums in double") {
  if (!has_bfloat16_gemm()) return;
  struct Shape {
    int64_t m, n, k;
  };
  for (const auto& [m, n, k] : std::vector<Shape>{{1, 1, 1}, {3, 5, 7}, {16, 33, 64}, {130, 96, 301}}) {
    CAPTURE(k);
    const std::vector<BFloat16> a = values(k * m, 0.3), b = values(k * n, 0.7);
    std::vector<float> c(static_cast<size_t>(m * n), NAN);
    bfloat16_transposed_product(a.data(), b.data(), c.data(), m, n, k);
    double largest = 0;
    for (int64_t i = 0; i < m; ++i) {
      for (int64_t j = 0; j < n; ++j) {
        double sum = 0;
        for (int64_t row = 0; row < k; ++row) {
          sum += double{to_float(a[static_cast<size_t>(row * m + i)])} * to_float(b[static_cast<size_t>(row * n + j)]);
        }
        const double error = std::abs(sum - double{c[static_cast<size_t>(i * n + j)]});
        if (!(error <= largest)) largest = error;
      }
    }
    CHECK(largest < 1e-6 * static_cast<double>(k) + 1e-7);
  }
}

TEST_CASE("the product is unavailable at levels without native bfloat16") {
  for_each_level([] {
    if (!has_native_bf16()) CHECK_FALSE(has_bfloat16_gemm());
  });
}

}  // namespace
}  // namespace hone::kernel
