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

// e^x within 2 ulp for x of at most 88.8; 0 below -87.3, infinity above 88.37, NaN for NaN. x = n ln 2 + r,
// |r| <= ln 2 / 2; ln 2 is split in two so that r is exact (Cody and Waite). e^r is 1 + r + r^2 q(r), q of degree 4
// with the least relative error (2^-28; least squares with weights adapted to the error, Lawson's algorithm).
HWY_INLINE Floats exp_limited_lanes(Floats x) {
  // A float this large has no bits below 1, so adding it rounds to a whole number. That number, plus the exponent's
  // bias, is then in the lowest bits and needs only a shift.
  const auto rounder = hn::Set(kFloats, 1.5F * (1 << 23) + 127);
  const auto shifted = hn::MulAdd(x, hn::Set(kFloats, 1.44269504088896341F), rounder);
  const auto n = hn::Sub(shifted, rounder);
  auto r = hn::NegMulAdd(n, hn::Set(kFloats, 0.693145751953125F), x);
  r = hn::NegMulAdd(n, hn::Set(kFloats, 1.42860682030941723212e-6F), r);
  auto y = hn::MulAdd(hn::Set(kFloats, 0.001381454F), r, hn::Set(kFloats, 0.008368745F));
  for (const float coefficient : {0.04166839F, 0.16666521F, 0.49999994F, 1.0F, 1.0F}) {
    y = hn::MulAdd(y, r, hn::Set(kFloats, coefficient));
  }
  const auto power = hn::BitCast(kFloats, hn::ShiftLeft<23>(hn::BitCast(UintTag(), shifted)));
  return hn::IfThenZeroElse(hn::Lt(x, hn::Set(kFloats, -87.3F)), hn::Mul(y, power));
}

// e^x for any x.
HWY_INLINE Floats exp_lanes(Floats x) {
  const auto limit = hn::Set(kFloats, 88.8F);
  return exp_limited_lanes(hn::IfThenElse(hn::Gt(x, limit), limit, x));
}

// 1 / (1 + e^-x).
HWY_INLINE Floats sigmoid_lanes(Floats x) {
  const auto one = hn::Set(kFloats, 1.0F);
  return hn::Div(one, hn::Add(one, exp_lanes(hn::Neg(x))));
}

// tanh x within 4 ulp: Lambert's continued fraction x / (1 + x^2 / (3 + x^2 / (5 + ...))) up to 11 for |x| < 1, where
// it is exact to 1e-9; beyond, (1 - e^-2a) / (1 + e^-2a) of a = |x| with x's sign.
HWY_INLINE Floats tanh_lanes(Floats x) {
  const auto one = hn::Set(kFloats, 1.0F), magnitude = hn::Abs(x), square = hn::Mul(x, x);
  auto top = hn::MulAdd(square, hn::Set(kFloats, 21.0F), hn::Set(kFloats, 1260.0F));
  top = hn::Mul(x, hn::MulAdd(square, top, hn::Set(kFloats, 10395.0F)));
  auto bottom = hn::MulAdd(square, hn::Add(square, hn::Set(kFloats, 210.0F)), hn::Set(kFloats, 4725.0F));
  bottom = hn::MulAdd(square, bottom, hn::Set(kFloats, 10395.0F));
  const auto e = exp_limited_lanes(hn::Mul(magnitude, hn::Set(kFloats, -2.0F)));
  const auto far = hn::CopySign(hn::Div(hn::Sub(one, e), hn::Add(one, e)), x);
  return hn::IfThenElse(hn::Lt(magnitude, one), hn::Div(top, bottom), far);
}

struct NormalLanes {
  Floats cdf, density;  // Phi(x), and its derivative
};

// The standard normal distribution: Phi within 1e-7, and below 0 within 2e-5 of its own size. For a = |x|,
// Phi(-a) = e^(-a^2 / 2) Q(s), s = k a / (1 + k a), where Q is the polynomial of degree 8 with the least relative error
// (5e-8) over a in [0, 14], beyond which e^(-a^2 / 2) is 0 in float; found by least squares with weights adapted
// to the error (Lawson's algorithm).
HWY_INLINE NormalLanes normal_lanes(Floats x) {
  const auto one = hn::Set(kFloats, 1.0F);
  const auto scaled = hn::Min(hn::Mul(hn::Abs(x), hn::Set(kFloats, 0.23F)), hn::Set(kFloats, 4.0F));
  const auto s = hn::Div(scaled, hn::Add(one, scaled));
  const auto e = exp_limited_lanes(hn::Mul(hn::Mul(x, x), hn::Set(kFloats, -0.5F)));
  auto q = hn::MulAdd(hn::Set(kFloats, -0.0784672548F), s, hn::Set(kFloats, 0.3373249005F));
  for (const float coefficient :
       {-0.4423160547F, -0.3372306951F, 1.9743121069F, -3.2103389620F, 2.9912153441F, -1.7345271221F, 0.4999999762F}) {
    q = hn::MulAdd(q, s, hn::Set(kFloats, coefficient));
  }
  const auto tail = hn::Mul(e, q);
  const auto cdf = hn::IfThenElse(hn::Lt(x, hn::Zero(kFloats)), tail, hn::Sub(one, tail));
  return {cdf, hn::Mul(e, hn::Set(kFloats, 0.39894228F))};
}

}  // namespace hone::kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
