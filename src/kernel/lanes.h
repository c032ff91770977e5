// Loads and stores vectors of floats as float or BFloat16. Highway includes this header once for each instruction set
// (hwy/foreach_target.h), which needs the unusual guard.
#if defined(HONE_KERNEL_LANES_H) == defined(HWY_TARGET_TOGGLE)
#ifdef HONE_KERNEL_LANES_H
#undef HONE_KERNEL_LANES_H
#else
#define HONE_KERNEL_LANES_H
#endif

#include <hwy/highway.h>

#include <cstddef>

#include "kernel/bfloat16.h"

HWY_BEFORE_NAMESPACE();
namespace hone::kernel::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using FloatTag = hn::ScalableTag<float>;
using IntTag = hn::RebindToSigned<FloatTag>;
using UintTag = hn::RebindToUnsigned<FloatTag>;
using HalfTag = hn::Rebind<uint16_t, FloatTag>;  // as many 16-bit lanes as FloatTag has floats
using Floats = hn::Vec<FloatTag>;
using Uints = hn::Vec<UintTag>;

constexpr FloatTag kFloats{};
constexpr size_t kLanes = HWY_LANES(float);

HWY_INLINE Floats load(const float* from) { return hn::LoadU(kFloats, from); }

HWY_INLINE Floats load(const BFloat16* from) {
  const auto bits = hn::PromoteTo(UintTag(), hn::LoadU(HalfTag(), &from->bits));
  return hn::BitCast(kFloats, hn::ShiftLeft<16>(bits));
}

HWY_INLINE void store(Floats values, float* to) { hn::StoreU(values, kFloats, to); }

// Returns the bits of each lane as a bfloat16 in the low half of the lane, rounded to nearest, ties to even.
HWY_INLINE Uints bfloat16_bits(Floats values) {
  const UintTag uints;
  const auto bits = hn::BitCast(uints, values);
  const auto odd = hn::And(hn::ShiftRight<16>(bits), hn::Set(uints, 1));
  const auto rounded = hn::ShiftRight<16>(hn::Add(hn::Add(bits, hn::Set(uints, 0x7FFF)), odd));
  const auto nan = hn::RebindMask(uints, hn::IsNaN(values));
  return hn::IfThenElse(nan, hn::Set(uints, 0x7FC0), rounded);
}

HWY_INLINE void store(Floats values, BFloat16* to) {
  const auto bits = hn::BitCast(IntTag(), bfloat16_bits(values));
  hn::StoreU(hn::DemoteTo(HalfTag(), bits), HalfTag(), &to->bits);
}

// Loads the first `count` < kLanes elements. The other lanes are 0; does not read their memory.
template <typename T>
HWY_INLINE Floats load_first(const T* from, size_t count) {
  T buffer[kLanes] = {};
  for (size_t i = 0; i < count; ++i) buffer[i] = from[i];
  return load(buffer);
}

template <typename T>
HWY_INLINE void store_first(Floats values, T* to, size_t count) {
  T buffer[kLanes];
  store(values, buffer);
  for (size_t i = 0; i < count; ++i) to[i] = buffer[i];
}

HWY_INLINE float sum_of(Floats values) { return hn::GetLane(hn::SumOfLanes(kFloats, values)); }

// The part of a vector that a step of for_each_group covers: all elements, or the first `count`.
struct Whole {};
struct First {
  size_t count;
};

template <typename T>
HWY_INLINE Floats load(const T* from, Whole) {
  return load(from);
}
template <typename T>
HWY_INLINE Floats load(const T* from, First first) {
  return load_first(from, first.count);
}
template <typename T>
HWY_INLINE void store(Floats values, T* to, Whole) {
  store(values, to);
}
template <typename T>
HWY_INLINE void store(Floats values, T* to, First first) {
  store_first(values, to, first.count);
}

// Sets the lanes beyond the row's end to 0.
HWY_INLINE Floats inside(Floats values, Whole) { return values; }
HWY_INLINE Floats inside(Floats values, First first) {
  return hn::IfThenElseZero(hn::FirstN(kFloats, first.count), values);
}

// Calls f(i, lanes) for i = 0, kLanes, ... below count; `lanes` is Whole, and First for the remainder. f is a lambda
// marked HWY_ATTR.
template <typename F>
HWY_INLINE void for_each_group(size_t count, F f) {
  size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) f(i, Whole{});
  if (i < count) f(i, First{count - i});
}

}  // namespace hone::kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
