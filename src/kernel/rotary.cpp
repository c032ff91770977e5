#include "kernel/rotary.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernel/rotary.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h, which includes this file again.
#include "kernel/lanes.h"

HWY_BEFORE_NAMESPACE();
namespace hone::kernel::HWY_NAMESPACE {

template <bool kBack, typename T>
HWY_INLINE void turn_row(const float* cosines, const float* sines, const T* from, T* to, size_t half) {
  for_each_group(half, [&](size_t i, auto lanes) HWY_ATTR {
    const auto cosine = load(cosines + i, lanes), sine = load(sines + i, lanes);
    const auto first = load(from + i, lanes), second = load(from + half + i, lanes);
    const auto of_first = hn::Mul(first, sine), of_second = hn::Mul(second, sine);
    if constexpr (kBack) {
      store(hn::MulAdd(first, cosine, of_second), to + i, lanes);
      store(hn::MulSub(second, cosine, of_first), to + half + i, lanes);
    } else {
      store(hn::MulSub(first, cosine, of_second), to + i, lanes);
      store(hn::MulAdd(second, cosine, of_first), to + half + i, lanes);
    }
  });
}

template <typename T>
void turn_rows(const RotaryTable& table, const RotaryRows& rows, const T* from, T* to) {
  const int64_t half = table.width / 2;
  for (int64_t i = 0; i < rows.num_rows; ++i) {
    const int64_t at = (rows.first_position + i) * half;
    const T* row = from + i * rows.from_stride;
    T* turned = to + i * rows.to_stride;
    const auto size = static_cast<size_t>(half);
    rows.turn == Turn::kBack ? turn_row<true>(table.cosines + at, table.sines + at, row, turned, size)
                             : turn_row<false>(table.cosines + at, table.sines + at, row, turned, size);
  }
}

}  // namespace hone::kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <algorithm>

#include "base/error.h"
#include "kernel/cpu.h"

namespace hone::kernel {

namespace {

// Copies the elements of each row that do not turn.
template <typename T>
void copy_others(int64_t turned, const RotaryRows& rows, const T* from, T* to) {
  if (from == to || turned == rows.width) return;
  for (int64_t i = 0; i < rows.num_rows; ++i) {
    std::copy(from + i * rows.from_stride + turned, from + i * rows.from_stride + rows.width,
              to + i * rows.to_stride + turned);
  }
}

}  // namespace

template <typename T>
void rotate_rows(const RotaryTable& given, const RotaryRows& rows, const T* from, T* to) {
  RotaryTable table = given;
  if (table.width == 0) table.width = rows.width;
  check_internal(table.width % 2 == 0, "rotary positions turn pairs, so heads have an even width");
  check_internal(table.width <= rows.width, "rotary positions turn at most the width of a head");
  copy_others(table.width, rows, from, to);
  if constexpr (sizeof(T) <= 4) {
    if (cpu_level() != CpuLevel::kScalar) return HONE_KERNEL(turn_rows<T>)(table, rows, from, to);
  }
  const int64_t half = table.width / 2;
  for (int64_t i = 0; i < rows.num_rows; ++i) {
    const T* row = from + i * rows.from_stride;
    T* turned = to + i * rows.to_stride;
    for (int64_t d = 0; d < half; ++d) {
      const int64_t at = (rows.first_position + i) * half + d;
      const Computed<T> cosine = table.cosines[at];
      const Computed<T> sine = rows.turn == Turn::kBack ? -table.sines[at] : table.sines[at];
      const Computed<T> first = to_float(row[d]), second = to_float(row[half + d]);
      turned[d] = rounded_to<T>(first * cosine - second * sine);
      turned[half + d] = rounded_to<T>(second * cosine + first * sine);
    }
  }
}

template void rotate_rows(const RotaryTable&, const RotaryRows&, const float*, float*);
template void rotate_rows(const RotaryTable&, const RotaryRows&, const double*, double*);
template void rotate_rows(const RotaryTable&, const RotaryRows&, const BFloat16*, BFloat16*);

}  // namespace hone::kernel
#endif
