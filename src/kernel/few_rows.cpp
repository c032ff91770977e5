#include "kernel/few_rows.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernel/few_rows.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h, which includes this file again.
#include <hwy/cache_control.h>

#include <algorithm>

#include "kernel/lanes.h"

HWY_BEFORE_NAMESPACE();
namespace hone::kernel::HWY_NAMESPACE {

// A tile of y has its sums in registers: 32 registers hold 6 x 4 sums beside their operands, 16 hold 3 x 4.
constexpr int64_t kTileRows = HWY_TARGET <= HWY_AVX3 ? 6 : 3;
constexpr int64_t kTileOutputs = 4;
// A single row has no operand to reuse: more sums hide the time of an addition.
constexpr int64_t kOutputsOfOneRow = 8;

// y[r][o] for kRows rows from `row` and kOutputs rows of W from `output`. Each sum has the same order, whatever kRows
// and kOutputs are. `is_first`: of the tiles that read these rows of W, which fetches the next ones.
template <int64_t kRows, int64_t kOutputs, typename X, typename W>
HWY_INLINE void multiply_tile(const RowsProduct<X, W>& product, const float* all_x, int64_t row, int64_t output,
                              bool is_first) {
  const int64_t in = product.in;
  const float* const x = all_x + row * in;
  const W* const weight = product.weight + output * in;
  const W* const next = weight + (is_first ? kOutputs * in : 0);
  Floats sum[kRows][kOutputs];
  HWY_UNROLL(8)
  for (int64_t r = 0; r < kRows; ++r) {
    HWY_UNROLL(8)
    for (int64_t o = 0; o < kOutputs; ++o) sum[r][o] = hn::Zero(kFloats);
  }
  for_each_group(static_cast<size_t>(in), [&](size_t i, auto lanes) HWY_ATTR {
    const auto at = static_cast<int64_t>(i);
    Floats rows[kRows];
    HWY_UNROLL(8)
    for (int64_t r = 0; r < kRows; ++r) rows[r] = load(x + r * in + at, lanes);
    HWY_UNROLL(8)
    for (int64_t o = 0; o < kOutputs; ++o) {
      const auto w = load(weight + o * in + at, lanes);
      hwy::Prefetch(next + o * in + at);
      HWY_UNROLL(8)
      for (int64_t r = 0; r < kRows; ++r) sum[r][o] = hn::MulAdd(rows[r], w, sum[r][o]);
    }
  });
  HWY_UNROLL(8)
  for (int64_t r = 0; r < kRows; ++r) {
    HWY_UNROLL(8)
    for (int64_t o = 0; o < kOutputs; ++o) {
      product.y[(row + r) * product.out + output + o] =
          rounded_to<X>(sum_of(sum[r][o]) + (product.bias != nullptr ? product.bias[output + o] : 0.0F));
    }
  }
}

// All rows, in tiles of nearly the same size, for kOutputs rows of W.
template <int64_t kOutputs, typename X, typename W>
HWY_INLINE void multiply_outputs(const RowsProduct<X, W>& product, const float* x, int64_t output) {
  const int64_t num_rows = product.num_rows;
  int64_t num_tiles = (num_rows + kTileRows - 1) / kTileRows;
  for (int64_t row = 0; row < num_rows; --num_tiles) {
    const int64_t rows = (num_rows - row) / num_tiles;
    switch (rows) {
      case 1:
        multiply_tile<1, kOutputs>(product, x, row, output, row == 0);
        break;
      case 2:
        multiply_tile<2, kOutputs>(product, x, row, output, row == 0);
        break;
      case 3:
        multiply_tile<3, kOutputs>(product, x, row, output, row == 0);
        break;
      case 4:
        multiply_tile<std::min<int64_t>(4, kTileRows), kOutputs>(product, x, row, output, row == 0);
        break;
      case 5:
        multiply_tile<std::min<int64_t>(5, kTileRows), kOutputs>(product, x, row, output, row == 0);
        break;
      default:
        multiply_tile<kTileRows, kOutputs>(product, x, row, output, row == 0);
        break;
    }
    row += rows;
  }
}

// Computes the outputs from `begin` up to `end`. x: product.x as floats.
template <typename Product>
void multiply_rows(const Product& product, const float* x, int64_t begin, int64_t end) {
  int64_t o = begin;
  if (product.num_rows == 1) {
    for (; o + kOutputsOfOneRow <= end; o += kOutputsOfOneRow)
      multiply_tile<1, kOutputsOfOneRow>(product, x, 0, o, true);
  }
  for (; o + kTileOutputs <= end; o += kTileOutputs) multiply_outputs<kTileOutputs>(product, x, o);
  for (; o < end; ++o) multiply_outputs<1>(product, x, o);
}

inline void widen(const BFloat16* from, int64_t count, float* to) {
  for_each_group(static_cast<size_t>(count),
                 [&](size_t i, auto lanes) HWY_ATTR { store(load(from + i, lanes), to + i, lanes); });
}

}  // namespace hone::kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <vector>

#include "base/error.h"
#include "kernel/cpu.h"
#include "kernel/parallel.h"

namespace hone::kernel {

namespace {

template <typename X, typename W>
void multiply_scalar(const RowsProduct<X, W>& product, int64_t begin, int64_t end) {
  const auto& [x, num_rows, weight, out, in, bias, y] = product;
  for (int64_t r = 0; r < num_rows; ++r) {
    for (int64_t o = begin; o < end; ++o) {
      float sum = bias != nullptr ? bias[o] : 0;
      for (int64_t i = 0; i < in; ++i) sum += to_float(x[r * in + i]) * to_float(weight[o * in + i]);
      y[r * out + o] = rounded_to<X>(sum);
    }
  }
}

const float* as_floats(const float* x, int64_t, std::vector<float>&) { return x; }

const float* as_floats(const BFloat16* x, int64_t count, std::vector<float>& memory) {
  memory.resize(static_cast<size_t>(count));
  HONE_KERNEL(widen)(x, count, memory.data());
  return memory.data();
}

}  // namespace

template <typename X, typename W>
void few_rows_product(const RowsProduct<X, W>& product) {
  using Product = RowsProduct<X, W>;
  check_internal(product.num_rows > 0 && product.num_rows <= kFewRows, "few rows are at most kFewRows");
  const bool is_scalar = cpu_level() == CpuLevel::kScalar;
  std::vector<float> memory;
  const float* const x = is_scalar ? nullptr : as_floats(product.x, product.num_rows * product.in, memory);
  parallel_ranges(product.out, row_grain(product.in), [&](int64_t begin, int64_t end, int) {
    if (is_scalar) {
      multiply_scalar(product, begin, end);
    } else {
      HONE_KERNEL(multiply_rows<Product>)(product, x, begin, end);
    }
  });
}

template void few_rows_product(const RowsProduct<float, float>&);
template void few_rows_product(const RowsProduct<float, BFloat16>&);
template void few_rows_product(const RowsProduct<BFloat16, float>&);
template void few_rows_product(const RowsProduct<BFloat16, BFloat16>&);

}  // namespace hone::kernel
#endif
