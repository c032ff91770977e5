#include "kernel/few_rows.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernel/few_rows.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h, which includes this file again.
#include <hwy/cache_control.h>

#include "kernel/lanes.h"

HWY_BEFORE_NAMESPACE();
namespace hone::kernel::HWY_NAMESPACE {

// Rows of W at a time: enough sums to hide the time of an addition, and few enough to stay in registers.
template <int64_t kRows>
constexpr int64_t kOutputsAtOnce = kRows == 1   ? 8
                                   : kRows == 2 ? 4
                                   : kRows <= 4 ? 2
                                                : 1;

// y[r][o] for kRows rows and kOutputs rows of W. Each sum has the same order, whatever kRows and kOutputs are.
template <int64_t kRows, int64_t kOutputs, typename W>
HWY_INLINE void multiply(const float* x, const W* weight, int64_t in, const float* bias, float* y, int64_t y_stride) {
  Floats sum[kRows][kOutputs];
  HWY_UNROLL(8)
  for (int64_t i = 0; i < kRows * kOutputs; ++i) sum[i / kOutputs][i % kOutputs] = hn::Zero(kFloats);
  for_each_group(static_cast<size_t>(in), [&](size_t i, auto lanes) HWY_ATTR {
    const auto at = static_cast<int64_t>(i);
    HWY_UNROLL(8)
    for (int64_t o = 0; o < kOutputs; ++o) {
      const auto w = load(weight + o * in + at, lanes);
      hwy::Prefetch(weight + (o + kOutputs) * in + at);
      HWY_UNROLL(8)
      for (int64_t r = 0; r < kRows; ++r) sum[r][o] = hn::MulAdd(load(x + r * in + at, lanes), w, sum[r][o]);
    }
  });
  HWY_UNROLL(8)
  for (int64_t r = 0; r < kRows; ++r) {
    HWY_UNROLL(8)
    for (int64_t o = 0; o < kOutputs; ++o) {
      y[r * y_stride + o] = sum_of(sum[r][o]) + (bias != nullptr ? bias[o] : 0.0F);
    }
  }
}

// Computes the outputs from `begin` up to `end`.
template <int64_t kRows, typename W>
void multiply_outputs(const float* x, const W* weight, int64_t in, const float* bias, float* y, int64_t y_stride,
                      int64_t begin, int64_t end) {
  const auto bias_at = [bias](int64_t o) { return bias != nullptr ? bias + o : nullptr; };
  int64_t o = begin;
  for (; o + kOutputsAtOnce<kRows> <= end; o += kOutputsAtOnce<kRows>) {
    multiply<kRows, kOutputsAtOnce<kRows>>(x, weight + o * in, in, bias_at(o), y + o, y_stride);
  }
  for (; o < end; ++o) multiply<kRows, 1>(x, weight + o * in, in, bias_at(o), y + o, y_stride);
}

template <typename W>
void multiply_rows(const float* x, int64_t num_rows, const W* weight, int64_t in, const float* bias, float* y,
                   int64_t y_stride, int64_t begin, int64_t end) {
  using Multiply = void (*)(const float*, const W*, int64_t, const float*, float*, int64_t, int64_t, int64_t);
  constexpr Multiply kMultiply[] = {multiply_outputs<1, W>, multiply_outputs<2, W>, multiply_outputs<3, W>,
                                    multiply_outputs<4, W>, multiply_outputs<5, W>, multiply_outputs<6, W>,
                                    multiply_outputs<7, W>, multiply_outputs<8, W>};
  static_assert(sizeof(kMultiply) / sizeof(Multiply) == static_cast<size_t>(kFewRows));
  kMultiply[num_rows - 1](x, weight, in, bias, y, y_stride, begin, end);
}

}  // namespace hone::kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "base/error.h"
#include "kernel/cpu.h"
#include "kernel/parallel.h"

namespace hone::kernel {

namespace {

template <typename W>
void multiply_scalar(const float* x, int64_t num_rows, const W* weight, int64_t in, const float* bias, float* y,
                     int64_t y_stride, int64_t begin, int64_t end) {
  for (int64_t r = 0; r < num_rows; ++r) {
    for (int64_t o = begin; o < end; ++o) {
      float sum = bias != nullptr ? bias[o] : 0;
      for (int64_t i = 0; i < in; ++i) sum += x[r * in + i] * to_float(weight[o * in + i]);
      y[r * y_stride + o] = sum;
    }
  }
}

}  // namespace

template <typename W>
void few_rows_product(const float* x, int64_t num_rows, const W* weight, int64_t out, int64_t in, const float* bias,
                      float* y) {
  check_internal(num_rows > 0 && num_rows <= kFewRows, "few rows are at most kFewRows");
  parallel_ranges(out, row_grain(in), [&](int64_t begin, int64_t end, int) {
    if (cpu_level() == CpuLevel::kScalar) {
      multiply_scalar(x, num_rows, weight, in, bias, y, out, begin, end);
    } else {
      HONE_KERNEL(multiply_rows<W>)(x, num_rows, weight, in, bias, y, out, begin, end);
    }
  });
}

template void few_rows_product(const float*, int64_t, const float*, int64_t, int64_t, const float*, float*);
template void few_rows_product(const float*, int64_t, const BFloat16*, int64_t, int64_t, const float*, float*);

}  // namespace hone::kernel
#endif
