// Elementary functions of a vector of floats. Included once for each instruction set.
#if defined(HONE_KERNEL_MATH_LANES_H) == defined(HWY_TARGET_TOGGLE)
#ifdef HONE_KERNEL_MATH_LANES_H
#undef HONE_KERNEL_MATH_LANES_H
#else
#define HONE_KERNEL_MATH_LANES_H
#endif

#include "kernel/lanes.h"

HWY_BEFORE_NAMESPACE();
namespace hone::kernel::HWY_NAMESPACE {

// e^x within 2 ulp; 0 below -87.3, infinity above 88.37, NaN for NaN. x = n ln 2 + r, |r| <= ln 2 / 2; ln 2 is
// split in two so that r is exact (Cody and Waite), and e^r is its Taylor polynomial of degree 7, whose error there is
// under 2^-27.
HWY_INLINE Floats exp_lanes(Floats x) {
  const IntTag ints;
  const auto low = hn::Lt(x, hn::Set(kFloats, -87.3F));
  x = hn::IfThenElse(hn::Gt(x, hn::Set(kFloats, 88.8F)), hn::Set(kFloats, 88.8F), x);
  const auto n = hn::Round(hn::Mul(x, hn::Set(kFloats, 1.44269504088896341F)));
  auto r = hn::NegMulAdd(n, hn::Set(kFloats, 0.693145751953125F), x);
  r = hn::NegMulAdd(n, hn::Set(kFloats, 1.42860682030941723212e-6F), r);
  auto y = hn::MulAdd(hn::Set(kFloats, 1.0F / 5040), r, hn::Set(kFloats, 1.0F / 720));
  y = hn::MulAdd(y, r, hn::Set(kFloats, 1.0F / 120));
  y = hn::MulAdd(y, r, hn::Set(kFloats, 1.0F / 24));
  y = hn::MulAdd(y, r, hn::Set(kFloats, 1.0F / 6));
  y = hn::MulAdd(y, r, hn::Set(kFloats, 0.5F));
  y = hn::MulAdd(y, r, hn::Set(kFloats, 1.0F));
  y = hn::MulAdd(y, r, hn::Set(kFloats, 1.0F));
  const auto power = hn::ShiftLeft<23>(hn::Add(hn::ConvertTo(ints, n), hn::Set(ints, 127)));
  const auto result = hn::Mul(y, hn::BitCast(kFloats, power));
  return hn::IfThenZeroElse(low, result);
}

}  // namespace hone::kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
