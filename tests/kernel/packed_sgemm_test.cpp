#include "kernel/packed_sgemm.h"

#include <doctest/doctest.h>
#include <omp.h>

#include <cmath>
#include <cstdlib>
#include <memory>
#include <vector>

#include "kernel/each_level.h"

namespace hone::kernel {
namespace {

std::vector<float> values(int64_t count, double frequency) {
  std::vector<float> result(static_cast<size_t>(count));
  for (size_t i = 0; i < result.size(); ++i)
    result[i] = static_cast<float>(std::sin(frequency * static_cast<double>(i)));
  return result;
}

double expected(const std::vector<float>& x, const std::vector<float>& weight, int64_t row, int64_t o, int64_t in) {
  double sum = 0;
  for (int64_t i = 0; i < in; ++i) {
    sum += double{x[static_cast<size_t>(row * in + i)]} * weight[static_cast<size_t>(o * in + i)];
  }
  return sum;
}

// Returns the largest difference from sums in double over all outputs.
double largest_error(int64_t rows, int64_t out, int64_t in, const std::vector<float>& weight, const void* packed,
                     bool accumulate) {
  const std::vector<float> x = values(rows * in, 0.3);
  std::vector<float> y(static_cast<size_t>(rows * out), accumulate ? 0.5F : NAN);
  packed_sgemm(x.data(), rows, packed, out, in, y.data(), accumulate);
  double largest = 0;
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t o = 0; o < out; ++o) {
      const double wanted = expected(x, weight, row, o, in) + (accumulate ? 0.5 : 0);
      const double error = std::abs(wanted - double{y[static_cast<size_t>(row * out + o)]});
      if (!(error <= largest)) largest = error;
    }
  }
  return largest;
}

void check_packed(int64_t out, int64_t in) {
  CAPTURE(out);
  CAPTURE(in);
  const std::vector<float> weight = values(out * in, 0.7);
  const size_t bytes = (packed_sgemm_bytes(out, in) + 63) / 64 * 64;
  const std::unique_ptr<void, decltype(&std::free)> packed(std::aligned_alloc(64, bytes), &std::free);
  pack_sgemm_weight(weight.data(), out, in, packed.get());
  const int threads = omp_get_max_threads();
  for (const int now : {threads, 1, threads + 1}) {  // also other numbers than at packing
    omp_set_num_threads(now);
    for (const int64_t rows : {0, 1, 2, 3, 7, 8, 16, 17, 31, 63, 64, 65, 255, 256, 257, 700}) {
      CAPTURE(rows);
      CHECK(largest_error(rows, out, in, weight, packed.get(), false) < 1e-6 * static_cast<double>(in));
      CHECK(largest_error(rows, out, in, weight, packed.get(), true) < 1e-6 * static_cast<double>(in));
    }
  }
  omp_set_num_threads(threads);
}

TEST_CASE("the product of a packed weight is correct for any number of rows and of threads") {
  if (!has_packed_sgemm()) return;
  for (const auto& [out, in] :
       std::vector<std::pair<int64_t, int64_t>>{{1, 1}, {3, 7}, {48, 16}, {96, 33}, {130, 384}}) {
    check_packed(out, in);
  }
}

TEST_CASE("packed products are unavailable at the level scalar") {
  for_each_level([] {
    if (cpu_level() == CpuLevel::kScalar) CHECK_FALSE(has_packed_sgemm());
  });
#if defined(__x86_64__)
  if (cpu_level() > CpuLevel::kScalar) CHECK(has_packed_sgemm());  // libtorch's wheel has MKL
#endif
}

}  // namespace
}  // namespace hone::kernel
