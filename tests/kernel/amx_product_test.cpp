#include "kernel/amx_product.h"

#include <doctest/doctest.h>
#include <omp.h>

#include "kernel/row_samples.h"

namespace hone::kernel {
namespace {

std::vector<BFloat16> product_of(const std::vector<BFloat16>& x, int64_t rows, const std::vector<BFloat16>& weight,
                                 int64_t out, int64_t in, const float* bias) {
  std::vector<BFloat16> y(static_cast<size_t>(rows * out));
  amx_product({x.data(), rows, weight.data(), out, in, bias, y.data()});
  return y;
}

void check_product(int64_t rows, int64_t out, int64_t in, bool has_bias) {
  INFO("rows ", rows, " out ", out, " in ", in);
  const std::vector<BFloat16> x = sample<BFloat16>(rows * in, 1), weight = sample<BFloat16>(out * in, 2);
  const std::vector<float> bias = sample<float>(out, 3);
  const float* const biases = has_bias ? bias.data() : nullptr;
  const std::vector<BFloat16> y = product_of(x, rows, weight, out, in, biases);
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t o = 0; o < out; ++o) {
      double sum = has_bias ? bias[static_cast<size_t>(o)] : 0, size = 0;
      for (int64_t i = 0; i < in; ++i) {
        const double term =
            double{to_float(x[static_cast<size_t>(r * in + i)])} * to_float(weight[static_cast<size_t>(o * in + i)]);
        sum += term;
        size += std::abs(term);
      }
      // Half a unit of bfloat16, and the error of sums in float.
      CHECK(std::abs(to_float(y[static_cast<size_t>(r * out + o)]) - sum) <= std::abs(sum) / 256 + 3e-6 * size + 1e-30);
    }
  }
  const int before = omp_get_max_threads();
  for (const int threads : {1, 3}) {
    omp_set_num_threads(threads);
    for (int64_t r = 0; r < rows; ++r) {
      const std::vector<BFloat16> row(x.begin() + r * in, x.begin() + (r + 1) * in);
      const std::vector<BFloat16> alone = product_of(row, 1, weight, out, in, biases);
      const auto same = [](BFloat16 a, BFloat16 b) { return a.bits == b.bits; };
      CHECK(std::equal(alone.begin(), alone.end(), y.begin() + r * out, same));
    }
  }
  omp_set_num_threads(before);
}

TEST_CASE("an AMX product equals the double reference, each row with the same bits alone") {
  if (!has_amx_product()) {
    MESSAGE("skipped: this processor has no AMX");
    return;
  }
  check_product(1, 16, 1, true);
  check_product(1, 37, 100, true);  // the last outputs overlap
  check_product(5, 16, 31, false);  // less than a tile deep
  check_product(16, 48, 64, true);  // whole tiles
  check_product(17, 100, 577, false);
  check_product(33, 95, 96, true);
  check_product(70, 64, 3000, true);  // in several parts of rows
  check_product(600, 33, 1030, true);
}

}  // namespace
}  // namespace hone::kernel
