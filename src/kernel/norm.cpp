#include "kernel/norm.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernel/norm.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h, which includes this file again.
#include "kernel/dropout_lanes.h"
#include "kernel/norm_lanes.h"

HWY_BEFORE_NAMESPACE();
namespace hone::kernel::HWY_NAMESPACE {

// z = (x + bias) * factors + residual of one row.
template <typename S>
HWY_INLINE void sum_row(const NormForward<S>& a, size_t start, size_t width, const float* factors) {
  const S* x = a.x + start;
  const S* residual = a.residual == nullptr ? nullptr : a.residual + start;
  S* sum = a.sum + start;
  for_each_group(width, [&](size_t i, auto lanes) HWY_ATTR {
    auto z = load(x + i, lanes);
    if (a.bias != nullptr) z = hn::Add(z, load(a.bias + i, lanes));
    if (factors != nullptr) z = hn::Mul(z, load(factors + i, lanes));
    if (residual != nullptr) z = hn::Add(z, load(residual + i, lanes));
    store(z, sum + i, lanes);
  });
}

template <typename S>
void forward_rows(const NormShape& shape, const NormForward<S>& a, int64_t begin, int64_t end, float* buffer) {
  const DropoutRule rule(shape.dropout);
  const auto width = static_cast<size_t>(shape.width);
  for (auto t = static_cast<size_t>(begin); t < static_cast<size_t>(end); ++t) {
    const size_t start = t * width;
    const float* factors = shape.dropout.p > 0 ? factors_in_row(rule, start, width, buffer) : nullptr;
    if (a.sum != nullptr) sum_row(a, start, width, factors);
    const S* z = (a.sum == nullptr ? a.x : a.sum) + start;
    const RowStatistics row = row_statistics(z, width, shape.kind, shape.eps);
    a.mean[t] = row.mean;
    a.inverse_scale[t] = row.inverse_scale;
    normalise_row(z, row, a.weight, a.shift, nullptr, width, a.normed + start);
  }
}

template <typename S>
HWY_INLINE void gradient_row(const NormBackward<S>& a, size_t start, size_t width, const RowStatistics& row,
                             const RowMeans& means, const float* factors, float* bias_gradient) {
  for_each_group(width, [&](size_t i, auto lanes) HWY_ATTR {
    auto dz = hn::Zero(kFloats);
    if (a.normed_gradient != nullptr) {
      dz = norm_gradient(load(a.normed_gradient + start + i, lanes), load(a.sum + start + i, lanes),
                         load(a.weight + i, lanes), row, means);
    }
    if (a.sum_gradient != nullptr) dz = hn::Add(dz, load(a.sum_gradient + start + i, lanes));
    if (a.residual_gradient != nullptr) store(dz, a.residual_gradient + start + i, lanes);
    if (factors != nullptr) dz = hn::Mul(dz, load(factors + i, lanes));
    if (a.x_gradient != nullptr) store(dz, a.x_gradient + start + i, lanes);
    if (bias_gradient != nullptr) store(hn::Add(dz, load(bias_gradient + i, lanes)), bias_gradient + i, lanes);
  });
}

// Adds the gradients of this part of the rows to `sums`.
template <typename S>
void backward_rows(const NormShape& shape, const NormBackward<S>& a, int64_t begin, int64_t end,
                   const NormBackward<S>& sums, float* buffer) {
  const DropoutRule rule(shape.dropout);
  const auto width = static_cast<size_t>(shape.width);
  for (auto t = static_cast<size_t>(begin); t < static_cast<size_t>(end); ++t) {
    const size_t start = t * width;
    const float* factors = shape.dropout.p > 0 ? factors_in_row(rule, start, width, buffer) : nullptr;
    const RowStatistics row{a.mean[t], a.inverse_scale[t]};
    RowMeans means;
    if (a.normed_gradient != nullptr) {
      means = norm_gradient_means(a.normed_gradient + start, a.sum + start, row, a.weight, width, shape.kind,
                                  sums.weight_gradient, sums.shift_gradient);
    }
    gradient_row(a, start, width, row, means, factors, sums.bias_gradient);
  }
}

}  // namespace hone::kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <algorithm>
#include <tuple>
#include <utility>

#include "kernel/cpu.h"
#include "kernel/parallel.h"
#include "kernel/partial_sums.h"

namespace hone::kernel {

namespace {

template <typename S>
void forward_row_reference(const NormShape& shape, const NormForward<S>& a, int64_t t, const Computed<S>* factors) {
  using A = Computed<S>;
  const int64_t width = shape.width, start = t * width;
  for (int64_t i = 0; i < width && a.sum != nullptr; ++i) {
    A z = to_float(a.x[start + i]);
    if (a.bias != nullptr) z += a.bias[i];
    if (shape.dropout.p > 0) z *= factors[i];
    if (a.residual != nullptr) z += to_float(a.residual[start + i]);
    a.sum[start + i] = rounded_to<S>(z);
  }
  const S* z = (a.sum == nullptr ? a.x : a.sum) + start;
  A mean = 0, variance = 0;
  for (int64_t i = 0; i < width && shape.kind == NormKind::kLayer; ++i) mean += to_float(z[i]) / static_cast<A>(width);
  for (int64_t i = 0; i < width; ++i) variance += (to_float(z[i]) - mean) * (to_float(z[i]) - mean);
  const A scale = 1 / std::sqrt(variance / static_cast<A>(width) + static_cast<A>(shape.eps));
  a.mean[t] = mean;
  a.inverse_scale[t] = scale;
  for (int64_t i = 0; i < width; ++i) {
    const A shift = a.shift == nullptr ? 0 : a.shift[i];
    a.normed[start + i] = rounded_to<S>((to_float(z[i]) - mean) * scale * a.weight[i] + shift);
  }
}

// mean(g) and mean(g * n), as in norm_lanes.h.
template <typename S>
std::pair<Computed<S>, Computed<S>> gradient_means_reference(const NormShape& shape, const NormBackward<S>& a,
                                                             int64_t t, const NormBackward<S>& sums) {
  using A = Computed<S>;
  A plain = 0, with_normalised = 0;
  const int64_t start = t * shape.width;
  for (int64_t i = 0; i < shape.width; ++i) {
    const A dy = to_float(a.normed_gradient[start + i]);
    const A normalised = (to_float(a.sum[start + i]) - a.mean[t]) * a.inverse_scale[t];
    plain += dy * a.weight[i];
    with_normalised += dy * a.weight[i] * normalised;
    if (sums.weight_gradient != nullptr) sums.weight_gradient[i] += dy * normalised;
    if (sums.shift_gradient != nullptr) sums.shift_gradient[i] += dy;
  }
  const A count = static_cast<A>(shape.width);
  return {shape.kind == NormKind::kLayer ? plain / count : 0, with_normalised / count};
}

template <typename S>
void backward_row_reference(const NormShape& shape, const NormBackward<S>& a, int64_t t, const NormBackward<S>& sums,
                            const Computed<S>* factors) {
  using A = Computed<S>;
  const int64_t start = t * shape.width;
  A plain = 0, with_normalised = 0;
  if (a.normed_gradient != nullptr) std::tie(plain, with_normalised) = gradient_means_reference(shape, a, t, sums);
  for (int64_t i = 0; i < shape.width; ++i) {
    A dz = 0;
    if (a.normed_gradient != nullptr) {
      const A normalised = (to_float(a.sum[start + i]) - a.mean[t]) * a.inverse_scale[t];
      const A g = to_float(a.normed_gradient[start + i]) * a.weight[i];
      dz = (g - plain - normalised * with_normalised) * a.inverse_scale[t];
    }
    if (a.sum_gradient != nullptr) dz += to_float(a.sum_gradient[start + i]);
    if (a.residual_gradient != nullptr) a.residual_gradient[start + i] = rounded_to<S>(dz);
    if (shape.dropout.p > 0) dz *= factors[i];
    if (a.x_gradient != nullptr) a.x_gradient[start + i] = rounded_to<S>(dz);
    if (sums.bias_gradient != nullptr) sums.bias_gradient[i] += dz;
  }
}

template <typename A>
void factors_of_row(const NormShape& shape, int64_t t, A* factors) {
  if (shape.dropout.p == 0) return;
  dropout_factors(shape.dropout, static_cast<uint64_t>(t * shape.width), static_cast<size_t>(shape.width), factors);
}

template <typename S>
void forward_rows(const NormShape& shape, const NormForward<S>& a, int64_t begin, int64_t end, Computed<S>* buffer) {
  if constexpr (!std::is_same_v<S, double>) {
    if (cpu_level() != CpuLevel::kScalar) return HONE_KERNEL(forward_rows<S>)(shape, a, begin, end, buffer);
  }
  for (int64_t t = begin; t < end; ++t) {
    factors_of_row(shape, t, buffer);
    forward_row_reference(shape, a, t, buffer);
  }
}

template <typename S>
void backward_rows(const NormShape& shape, const NormBackward<S>& a, int64_t begin, int64_t end,
                   const NormBackward<S>& sums, Computed<S>* buffer) {
  if constexpr (!std::is_same_v<S, double>) {
    if (cpu_level() != CpuLevel::kScalar) return HONE_KERNEL(backward_rows<S>)(shape, a, begin, end, sums, buffer);
  }
  for (int64_t t = begin; t < end; ++t) {
    factors_of_row(shape, t, buffer);
    backward_row_reference(shape, a, t, sums, buffer);
  }
}

}  // namespace

template <typename S>
void norm_forward(const NormShape& shape, const NormForward<S>& arrays) {
  const int64_t grain = row_grain(shape.width), parts = num_parts(shape.num_rows, grain);
  PartialSums<Computed<S>> buffers(shape.dropout.p > 0, parts,
                                   static_cast<int64_t>(factor_buffer_size(static_cast<size_t>(shape.width))));
  parallel_ranges(shape.num_rows, grain, [&](int64_t begin, int64_t end, int part) {
    forward_rows(shape, arrays, begin, end, buffers.part(part));
  });
}

template <typename S>
void norm_backward(const NormShape& shape, const NormBackward<S>& arrays) {
  using Sums = PartialSums<Computed<S>>;
  const int64_t grain = row_grain(shape.width), parts = num_parts(shape.num_rows, grain);
  Sums buffers(shape.dropout.p > 0, parts, static_cast<int64_t>(factor_buffer_size(static_cast<size_t>(shape.width))));
  Sums bias(arrays.bias_gradient != nullptr, parts, shape.width);
  Sums weight(arrays.weight_gradient != nullptr, parts, shape.width);
  Sums shift(arrays.shift_gradient != nullptr, parts, shape.width);
  parallel_ranges(shape.num_rows, grain, [&](int64_t begin, int64_t end, int part) {
    NormBackward<S> sums;
    sums.bias_gradient = bias.part(part);
    sums.weight_gradient = weight.part(part);
    sums.shift_gradient = shift.part(part);
    backward_rows(shape, arrays, begin, end, sums, buffers.part(part));
  });
  bias.add_up(arrays.bias_gradient);
  weight.add_up(arrays.weight_gradient);
  shift.add_up(arrays.shift_gradient);
}

template void norm_forward(const NormShape&, const NormForward<float>&);
template void norm_forward(const NormShape&, const NormForward<double>&);
template void norm_forward(const NormShape&, const NormForward<BFloat16>&);
template void norm_backward(const NormShape&, const NormBackward<float>&);
template void norm_backward(const NormShape&, const NormBackward<double>&);
template void norm_backward(const NormShape&, const NormBackward<BFloat16>&);

}  // namespace hone::kernel
#endif
