#include "kernel/dropout.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernel/dropout.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h, which includes this file again.
#include "kernel/dropout_lanes.h"

HWY_BEFORE_NAMESPACE();
namespace hone::kernel::HWY_NAMESPACE {

// Elements [begin, end); begin is a multiple of 4.
template <typename T>
void drop_range(const T* in, T* out, int64_t begin, int64_t end, const DropoutDraw& draw) {
  const DropoutRule rule(draw);
  HWY_ALIGN float factors[kDropoutGroup];
  for (; begin < end; begin += kDropoutGroup) {
    dropout_group(rule, static_cast<uint64_t>(begin) / 4, factors);
    const auto count = static_cast<size_t>(std::min<int64_t>(kDropoutGroup, end - begin));
    for (size_t i = 0; i < count; i += kLanes) {
      const auto factor = load(factors + i);
      if (i + kLanes <= count) {
        store(hn::Mul(load(in + begin + i), factor), out + begin + i);
      } else {
        store_first(hn::Mul(load_first(in + begin + i, count - i), factor), out + begin + i, count - i);
      }
    }
  }
}

}  // namespace hone::kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <algorithm>
#include <cmath>

#include "kernel/cpu.h"
#include "kernel/parallel.h"

namespace hone::kernel {

namespace {

// Each thread gets whole groups, so that no group is drawn twice.
constexpr int64_t kGroup = 64, kMinGroups = 256;

template <typename T>
void drop_range_reference(const T* in, T* out, int64_t begin, int64_t end, const DropoutDraw& draw) {
  Computed<T> factors[kGroup];
  for (; begin < end; begin += kGroup) {
    const int64_t count = std::min(kGroup, end - begin);
    dropout_factors(draw, static_cast<uint64_t>(begin), static_cast<size_t>(count), factors);
    for (int64_t i = 0; i < count; ++i) out[begin + i] = rounded_to<T>(to_float(in[begin + i]) * factors[i]);
  }
}

template <typename T>
void drop_range(const T* in, T* out, int64_t begin, int64_t end, const DropoutDraw& draw) {
  if constexpr (!std::is_same_v<T, double>) {
    if (cpu_level() != CpuLevel::kScalar) return HONE_KERNEL(drop_range<T>)(in, out, begin, end, draw);
  }
  drop_range_reference(in, out, begin, end, draw);
}

}  // namespace

uint64_t drop_threshold(double p) { return static_cast<uint64_t>(std::ceil(p * 4294967296.0)); }

double keep_scale(double p) { return p < 1 ? 1.0 / (1.0 - p) : 0.0; }

template <typename A>
void dropout_factors(const DropoutDraw& draw, uint64_t first_element, size_t count, A* factors) {
  const uint64_t threshold = drop_threshold(draw.p);
  const auto scale = static_cast<A>(keep_scale(draw.p));
  for (size_t i = 0; i < count;) {
    const uint64_t element = first_element + i;
    const PhiloxBlock words = draw.stream.block(draw.first_block + element / 4);
    for (size_t w = element % 4; w < 4 && i < count; ++w, ++i) factors[i] = words[w] >= threshold ? scale : A{0};
  }
}

template <typename T>
void drop_elements(const T* in, T* out, int64_t count, const DropoutDraw& draw) {
  parallel_ranges((count + kGroup - 1) / kGroup, kMinGroups, [&](int64_t first, int64_t last, int) {
    drop_range(in, out, first * kGroup, std::min(last * kGroup, count), draw);
  });
}

template void dropout_factors(const DropoutDraw&, uint64_t, size_t, float*);
template void dropout_factors(const DropoutDraw&, uint64_t, size_t, double*);
template void drop_elements(const float*, float*, int64_t, const DropoutDraw&);
template void drop_elements(const double*, double*, int64_t, const DropoutDraw&);
template void drop_elements(const BFloat16*, BFloat16*, int64_t, const DropoutDraw&);

}  // namespace hone::kernel
#endif
