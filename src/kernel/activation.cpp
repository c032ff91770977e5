#include "kernel/activation.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernel/activation.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h, which includes this file again.
#include "kernel/math_lanes.h"

HWY_BEFORE_NAMESPACE();
namespace hone::kernel::HWY_NAMESPACE {

struct Gelu {
  static HWY_INLINE Floats value(Floats x) { return hn::Mul(x, normal_lanes(x).cdf); }
  static HWY_INLINE Floats slope(Floats x) {
    const NormalLanes normal = normal_lanes(x);
    return hn::MulAdd(x, normal.density, normal.cdf);
  }
};

// x sigmoid(2 u): (1 + tanh u) / 2 is sigmoid(2 u), u = sqrt(2 / pi) (x + 0.044715 x^3).
struct GeluTanh {
  static constexpr float kTwoRoot = 1.5957691216F, kCubic = 0.044715F;
  static HWY_INLINE Floats gate(Floats x) {
    const auto inner = hn::MulAdd(hn::Mul(x, x), hn::Set(kFloats, kCubic * kTwoRoot), hn::Set(kFloats, kTwoRoot));
    return sigmoid_lanes(hn::Mul(x, inner));
  }
  static HWY_INLINE Floats value(Floats x) { return hn::Mul(x, gate(x)); }
  // The exponential is at least e^-88 in float. x^2 * 0 is 0 for every finite x but the largest; those are limited to
  // where the slope is flat.
  static HWY_INLINE Floats slope(Floats x) {
    const auto s = gate(x);
    const auto limit = hn::Set(kFloats, 100.0F);
    const auto bounded = hn::IfThenElse(hn::Gt(hn::Abs(x), limit), hn::CopySign(limit, x), x);
    const auto inner =
        hn::MulAdd(hn::Mul(bounded, bounded), hn::Set(kFloats, 3 * kCubic * kTwoRoot), hn::Set(kFloats, kTwoRoot));
    return hn::MulAdd(hn::Mul(hn::Mul(bounded, s), hn::Sub(hn::Set(kFloats, 1.0F), s)), inner, s);
  }
};

// x sigmoid(factor x), factor in thousandths.
template <int kThousandths>
struct Swish {
  static constexpr float kFactor = static_cast<float>(kThousandths) / 1000;
  static HWY_INLINE Floats value(Floats x) { return hn::Mul(x, sigmoid_lanes(hn::Mul(x, hn::Set(kFloats, kFactor)))); }
  static HWY_INLINE Floats slope(Floats x) {
    const auto scaled = hn::Mul(x, hn::Set(kFloats, kFactor));
    const auto s = sigmoid_lanes(scaled);
    return hn::Mul(s, hn::MulAdd(scaled, hn::Sub(hn::Set(kFloats, 1.0F), s), hn::Set(kFloats, 1.0F)));
  }
};

// NaN stays NaN, as in libtorch: a comparison with it is false.
struct Relu {
  static HWY_INLINE Floats value(Floats x) { return hn::IfThenZeroElse(hn::Lt(x, hn::Zero(kFloats)), x); }
  static HWY_INLINE Floats slope(Floats x) {
    return hn::IfThenZeroElse(hn::Le(x, hn::Zero(kFloats)), hn::Set(kFloats, 1.0F));
  }
};

template <typename F, typename S>
HWY_INLINE void value_rows(const ActivationShape& shape, const S* x, const float* bias, S* y, int64_t begin,
                           int64_t end) {
  const auto width = static_cast<size_t>(shape.width);
  for (size_t start = static_cast<size_t>(begin) * width; start < static_cast<size_t>(end) * width; start += width) {
    for_each_group(width, [&](size_t i, auto lanes) HWY_ATTR {
      auto in = load(x + start + i, lanes);
      if (bias != nullptr) in = hn::Add(in, load(bias + i, lanes));
      store(F::value(in), y + start + i, lanes);
    });
  }
}

template <typename F, typename S>
HWY_INLINE void slope_rows(const ActivationShape& shape, const S* x, const float* bias, const S* dy, S* dx,
                           float* bias_sum, S* y, int64_t begin, int64_t end) {
  const auto width = static_cast<size_t>(shape.width);
  for (size_t start = static_cast<size_t>(begin) * width; start < static_cast<size_t>(end) * width; start += width) {
    for_each_group(width, [&](size_t i, auto lanes) HWY_ATTR {
      auto in = load(x + start + i, lanes);
      if (bias != nullptr) in = hn::Add(in, load(bias + i, lanes));
      const auto gradient = hn::Mul(load(dy + start + i, lanes), F::slope(in));
      if (y != nullptr) store(F::value(in), y + start + i, lanes);
      store(gradient, dx + start + i, lanes);
      if (bias_sum != nullptr) store(hn::Add(gradient, load(bias_sum + i, lanes)), bias_sum + i, lanes);
    });
  }
}

template <typename S>
void forward_rows(const ActivationShape& shape, const S* x, const float* bias, S* y, int64_t begin, int64_t end) {
  switch (shape.kind) {
    case ActivationKind::kGelu:
      return value_rows<Gelu>(shape, x, bias, y, begin, end);
    case ActivationKind::kGeluTanh:
      return value_rows<GeluTanh>(shape, x, bias, y, begin, end);
    case ActivationKind::kGeluQuick:
      return value_rows<Swish<1702>>(shape, x, bias, y, begin, end);
    case ActivationKind::kSilu:
      return value_rows<Swish<1000>>(shape, x, bias, y, begin, end);
    case ActivationKind::kRelu:
      return value_rows<Relu>(shape, x, bias, y, begin, end);
  }
}

template <typename S>
void backward_rows(const ActivationShape& shape, const S* x, const float* bias, const S* dy, S* dx, float* bias_sum,
                   S* y, int64_t begin, int64_t end) {
  switch (shape.kind) {
    case ActivationKind::kGelu:
      return slope_rows<Gelu>(shape, x, bias, dy, dx, bias_sum, y, begin, end);
    case ActivationKind::kGeluTanh:
      return slope_rows<GeluTanh>(shape, x, bias, dy, dx, bias_sum, y, begin, end);
    case ActivationKind::kGeluQuick:
      return slope_rows<Swish<1702>>(shape, x, bias, dy, dx, bias_sum, y, begin, end);
    case ActivationKind::kSilu:
      return slope_rows<Swish<1000>>(shape, x, bias, dy, dx, bias_sum, y, begin, end);
    case ActivationKind::kRelu:
      return slope_rows<Relu>(shape, x, bias, dy, dx, bias_sum, y, begin, end);
  }
}

template <typename F, typename S>
HWY_INLINE void gated_values(const ActivationShape& shape, const GatedRows<const S>& x, const StridedRows<S>& y,
                             int64_t begin, int64_t end) {
  for (int64_t t = begin; t < end; ++t) {
    const S *const gate = x.gate.row(t), *const up = x.up.row(t);
    S* const row = y.row(t);
    for_each_group(static_cast<size_t>(shape.width), [&](size_t i, auto lanes) HWY_ATTR {
      store(hn::Mul(F::value(load(gate + i, lanes)), load(up + i, lanes)), row + i, lanes);
    });
  }
}

template <typename F, typename S>
HWY_INLINE void gated_slopes(const ActivationShape& shape, const GatedRows<const S>& x, const StridedRows<const S>& dy,
                             const GatedRows<S>& dx, const StridedRows<S>& y, int64_t begin, int64_t end) {
  for (int64_t t = begin; t < end; ++t) {
    const S *const gates = x.gate.row(t), *const ups = x.up.row(t), *const gradients = dy.row(t);
    S *const gate_gradient = dx.gate.row(t), *const up_gradient = dx.up.row(t);
    S* const row = y.data == nullptr ? nullptr : y.row(t);
    for_each_group(static_cast<size_t>(shape.width), [&](size_t i, auto lanes) HWY_ATTR {
      const auto gate = load(gates + i, lanes), up = load(ups + i, lanes), gradient = load(gradients + i, lanes);
      const auto value = F::value(gate);
      if (row != nullptr) store(hn::Mul(value, up), row + i, lanes);
      store(hn::Mul(hn::Mul(gradient, up), F::slope(gate)), gate_gradient + i, lanes);
      store(hn::Mul(gradient, value), up_gradient + i, lanes);
    });
  }
}

template <typename S>
void gated_forward_rows(const ActivationShape& shape, const GatedRows<const S>& x, const StridedRows<S>& y,
                        int64_t begin, int64_t end) {
  switch (shape.kind) {
    case ActivationKind::kGelu:
      return gated_values<Gelu>(shape, x, y, begin, end);
    case ActivationKind::kGeluTanh:
      return gated_values<GeluTanh>(shape, x, y, begin, end);
    case ActivationKind::kGeluQuick:
      return gated_values<Swish<1702>>(shape, x, y, begin, end);
    case ActivationKind::kSilu:
      return gated_values<Swish<1000>>(shape, x, y, begin, end);
    case ActivationKind::kRelu:
      return gated_values<Relu>(shape, x, y, begin, end);
  }
}

template <typename S>
void gated_backward_rows(const ActivationShape& shape, const GatedRows<const S>& x, const StridedRows<const S>& dy,
                         const GatedRows<S>& dx, const StridedRows<S>& y, int64_t begin, int64_t end) {
  switch (shape.kind) {
    case ActivationKind::kGelu:
      return gated_slopes<Gelu>(shape, x, dy, dx, y, begin, end);
    case ActivationKind::kGeluTanh:
      return gated_slopes<GeluTanh>(shape, x, dy, dx, y, begin, end);
    case ActivationKind::kGeluQuick:
      return gated_slopes<Swish<1702>>(shape, x, dy, dx, y, begin, end);
    case ActivationKind::kSilu:
      return gated_slopes<Swish<1000>>(shape, x, dy, dx, y, begin, end);
    case ActivationKind::kRelu:
      return gated_slopes<Relu>(shape, x, dy, dx, y, begin, end);
  }
}

}  // namespace hone::kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <algorithm>
#include <cmath>

#include "kernel/cpu.h"
#include "kernel/parallel.h"
#include "kernel/partial_sums.h"

namespace hone::kernel {

namespace {

template <typename A>
A sigmoid(A x) {
  return 1 / (1 + std::exp(-x));
}

struct ValueAndSlope {
  double value, slope;
};

constexpr double kRootTwoOverPi = 0.79788456080286535588, kCubic = 0.044715;

ValueAndSlope swish(double x, double factor) {
  const double s = sigmoid(factor * x);
  return {x * s, s * (1 + factor * x * (1 - s))};
}

ValueAndSlope gelu_tanh(double x) {
  const double t = std::tanh(kRootTwoOverPi * (x + kCubic * x * x * x));
  // If tanh is flat, the slope has no cubic part, although x^2 may be infinite.
  const double bend = t * t == 1 ? 0 : 0.5 * x * (1 - t * t) * kRootTwoOverPi * (1 + 3 * kCubic * x * x);
  return {0.5 * x * (1 + t), 0.5 * (1 + t) + bend};
}

// Computes in double for every storage type: the reference for the vector code.
ValueAndSlope activate(ActivationKind kind, double x) {
  switch (kind) {
    case ActivationKind::kGelu: {
      const double cdf = 0.5 * std::erfc(-x * std::sqrt(0.5));
      return {x * cdf, cdf + x * std::exp(-0.5 * x * x) * kRootTwoOverPi * 0.5};
    }
    case ActivationKind::kGeluTanh:
      return gelu_tanh(x);
    case ActivationKind::kGeluQuick:
      return swish(x, 1.702);
    case ActivationKind::kSilu:
      return swish(x, 1);
    default:
      return {x < 0 ? 0 : x, x <= 0 ? 0.0 : 1.0};
  }
}

template <typename S>
S stored(double value) {
  return rounded_to<S>(static_cast<Computed<S>>(value));
}

template <typename S>
constexpr bool kHasVectors = !std::is_same_v<S, double>;

template <typename S>
void forward_rows(const ActivationShape& shape, const S* x, const Computed<S>* bias, S* y, int64_t begin, int64_t end) {
  if constexpr (kHasVectors<S>) {
    if (cpu_level() != CpuLevel::kScalar) return HONE_KERNEL(forward_rows<S>)(shape, x, bias, y, begin, end);
  }
  for (int64_t i = begin * shape.width; i < end * shape.width; ++i) {
    const double in = to_float(x[i]) + (bias == nullptr ? 0 : bias[i % shape.width]);
    y[i] = stored<S>(activate(shape.kind, in).value);
  }
}

template <typename S>
void backward_rows(const ActivationShape& shape, const S* x, const Computed<S>* bias, const S* dy, S* dx,
                   Computed<S>* bias_sum, S* y, int64_t begin, int64_t end) {
  if constexpr (kHasVectors<S>) {
    if (cpu_level() != CpuLevel::kScalar) {
      return HONE_KERNEL(backward_rows<S>)(shape, x, bias, dy, dx, bias_sum, y, begin, end);
    }
  }
  for (int64_t i = begin * shape.width; i < end * shape.width; ++i) {
    const double in = to_float(x[i]) + (bias == nullptr ? 0 : bias[i % shape.width]);
    const ValueAndSlope activated = activate(shape.kind, in);
    const double gradient = to_float(dy[i]) * activated.slope;
    dx[i] = stored<S>(gradient);
    if (y != nullptr) y[i] = stored<S>(activated.value);
    if (bias_sum != nullptr) bias_sum[i % shape.width] += static_cast<Computed<S>>(gradient);
  }
}

template <typename S>
void gated_forward_rows(const ActivationShape& shape, const GatedRows<const S>& x, const StridedRows<S>& y,
                        int64_t begin, int64_t end) {
  if constexpr (kHasVectors<S>) {
    if (cpu_level() != CpuLevel::kScalar) return HONE_KERNEL(gated_forward_rows<S>)(shape, x, y, begin, end);
  }
  for (int64_t t = begin; t < end; ++t) {
    for (int64_t i = 0; i < shape.width; ++i) {
      y.row(t)[i] = stored<S>(activate(shape.kind, to_float(x.gate.row(t)[i])).value * to_float(x.up.row(t)[i]));
    }
  }
}

template <typename S>
void gated_backward_rows(const ActivationShape& shape, const GatedRows<const S>& x, const StridedRows<const S>& dy,
                         const GatedRows<S>& dx, const StridedRows<S>& y, int64_t begin, int64_t end) {
  if constexpr (kHasVectors<S>) {
    if (cpu_level() != CpuLevel::kScalar) return HONE_KERNEL(gated_backward_rows<S>)(shape, x, dy, dx, y, begin, end);
  }
  for (int64_t t = begin; t < end; ++t) {
    for (int64_t i = 0; i < shape.width; ++i) {
      const ValueAndSlope activated = activate(shape.kind, to_float(x.gate.row(t)[i]));
      const double up = to_float(x.up.row(t)[i]), gradient = to_float(dy.row(t)[i]);
      if (y.data != nullptr) y.row(t)[i] = stored<S>(activated.value * up);
      dx.gate.row(t)[i] = stored<S>(gradient * up * activated.slope);
      dx.up.row(t)[i] = stored<S>(gradient * activated.value);
    }
  }
}

}  // namespace

template <typename S>
void activation_forward(const ActivationShape& shape, const S* x, const Computed<S>* bias, S* y) {
  parallel_ranges(shape.num_rows, row_grain(shape.width),
                  [&](int64_t begin, int64_t end, int) { forward_rows(shape, x, bias, y, begin, end); });
}

template <typename S>
void activation_backward(const ActivationShape& shape, const S* x, const Computed<S>* bias, const S* dy, S* dx,
                         Computed<S>* bias_gradient, S* y) {
  const int64_t grain = row_grain(shape.width);
  PartialSums<Computed<S>> sums(bias_gradient != nullptr, num_parts(shape.num_rows, grain), shape.width);
  parallel_ranges(shape.num_rows, grain, [&](int64_t begin, int64_t end, int part) {
    backward_rows(shape, x, bias, dy, dx, sums.part(part), y, begin, end);
  });
  sums.add_up(bias_gradient);
}

template <typename S>
void gated_forward(const ActivationShape& shape, const GatedRows<const S>& x, const StridedRows<S>& y) {
  parallel_ranges(shape.num_rows, row_grain(shape.width),
                  [&](int64_t begin, int64_t end, int) { gated_forward_rows(shape, x, y, begin, end); });
}

template <typename S>
void gated_backward(const ActivationShape& shape, const GatedRows<const S>& x, const StridedRows<const S>& dy,
                    const GatedRows<S>& dx, const StridedRows<S>& y) {
  parallel_ranges(shape.num_rows, row_grain(shape.width),
                  [&](int64_t begin, int64_t end, int) { gated_backward_rows(shape, x, dy, dx, y, begin, end); });
}

// Compiles the functions for a storage type.
// NOLINTBEGIN(bugprone-macro-parentheses): S is a type
#define HONE_ACTIVATION(S)                                                                                            \
  template void activation_forward(const ActivationShape&, const S*, const Computed<S>*, S*);                         \
  template void activation_backward(const ActivationShape&, const S*, const Computed<S>*, const S*, S*, Computed<S>*, \
                                    S*);                                                                              \
  template void gated_forward(const ActivationShape&, const GatedRows<const S>&, const StridedRows<S>&);              \
  template void gated_backward(const ActivationShape&, const GatedRows<const S>&, const StridedRows<const S>&,        \
                               const GatedRows<S>&, const StridedRows<S>&);
// NOLINTEND(bugprone-macro-parentheses)
HONE_ACTIVATION(float)
HONE_ACTIVATION(double)
HONE_ACTIVATION(BFloat16)
#undef HONE_ACTIVATION

}  // namespace hone::kernel
#endif
