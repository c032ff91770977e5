#include "kernel/few_rows.h"

#include <doctest/doctest.h>
#include <omp.h>

#include "kernel/each_level.h"
#include "kernel/row_samples.h"

namespace hone::kernel {
namespace {

template <typename W>
void check_product(int64_t rows, int64_t out, int64_t in, bool has_bias) {
  INFO("rows ", rows, " out ", out, " in ", in);
  const std::vector<float> x = sample<float>(rows * in, 1), bias = sample<float>(out, 3);
  const std::vector<W> weight = sample<W>(out * in, 2);
  std::vector<double> wanted;
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t o = 0; o < out; ++o) {
      double sum = has_bias ? bias[static_cast<size_t>(o)] : 0;
      for (int64_t i = 0; i < in; ++i) {
        sum += double{x[static_cast<size_t>(r * in + i)]} * to_float(weight[static_cast<size_t>(o * in + i)]);
      }
      wanted.push_back(sum);
    }
  }
  std::vector<float> y(wanted.size());
  const float* const biases = has_bias ? bias.data() : nullptr;
  few_rows_product(RowsProduct<float, W>{x.data(), rows, weight.data(), out, in, biases, y.data()});
  CHECK(worst_error(y, wanted, std::sqrt(static_cast<double>(in))) < 3e-6);
  // Each row alone, and with other threads.
  const int before = omp_get_max_threads();
  for (const int threads : {1, 3}) {
    omp_set_num_threads(threads);
    for (int64_t r = 0; r < rows; ++r) {
      std::vector<float> alone(static_cast<size_t>(out));
      few_rows_product(RowsProduct<float, W>{x.data() + r * in, 1, weight.data(), out, in, biases, alone.data()});
      CHECK(std::equal(alone.begin(), alone.end(), y.begin() + r * out));
    }
  }
  omp_set_num_threads(before);
}

// With x and y as BFloat16: the float result for the same values, rounded.
template <typename W>
void check_bfloat16_rows(int64_t rows, int64_t out, int64_t in) {
  INFO("rows ", rows, " out ", out, " in ", in);
  const std::vector<BFloat16> x = sample<BFloat16>(rows * in, 1);
  const std::vector<float> bias = sample<float>(out, 3);
  const std::vector<W> weight = sample<W>(out * in, 2);
  std::vector<float> x_floats, y_floats(static_cast<size_t>(rows * out));
  for (const BFloat16 value : x) x_floats.push_back(to_float(value));
  std::vector<BFloat16> y(y_floats.size());
  few_rows_product(RowsProduct<float, W>{x_floats.data(), rows, weight.data(), out, in, bias.data(), y_floats.data()});
  few_rows_product(RowsProduct<BFloat16, W>{x.data(), rows, weight.data(), out, in, bias.data(), y.data()});
  for (size_t i = 0; i < y.size(); ++i) CHECK(y[i].bits == to_bfloat16(y_floats[i]).bits);
}

TEST_CASE("few rows times a weight equal the double reference, each with the same bits alone, at every level") {
  for_each_level([] {
    for (int64_t rows = 1; rows <= kFewRows; ++rows) {
      check_product<float>(rows, 37, 100, rows % 2 == 0);
      check_product<BFloat16>(rows, 37, 100, rows % 2 == 0);
    }
    for (const int64_t rows : {1, 7, 16}) {
      check_bfloat16_rows<float>(rows, 37, 100);
      check_bfloat16_rows<BFloat16>(rows, 37, 100);
    }
    check_product<float>(1, 1, 1, true);
    check_product<float>(3, 300, 576, false);
    check_product<BFloat16>(2, 300, 1536, false);
  });
}

}  // namespace
}  // namespace hone::kernel
