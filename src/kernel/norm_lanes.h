// One row of a norm, forward and backward, for kernels that contain a norm. Included once for each instruction set.
#if defined(HONE_KERNEL_NORM_LANES_H) == defined(HWY_TARGET_TOGGLE)
#ifdef HONE_KERNEL_NORM_LANES_H
#undef HONE_KERNEL_NORM_LANES_H
#else
#define HONE_KERNEL_NORM_LANES_H
#endif

#include <cmath>

#include "kernel/lanes.h"
#include "kernel/norm.h"

HWY_BEFORE_NAMESPACE();
namespace hone::kernel::HWY_NAMESPACE {

struct RowStatistics {
  float mean, inverse_scale;
};

// Two passes over the row, which is in the cache: the mean, then the squared deviations.
template <typename S>
HWY_INLINE RowStatistics row_statistics(const S* z, size_t width, NormKind kind, double eps) {
  auto total = hn::Zero(kFloats);
  if (kind == NormKind::kLayer) {
    for_each_group(width, [&](size_t i, auto lanes) HWY_ATTR { total = hn::Add(total, load(z + i, lanes)); });
  }
  const float mean = sum_of(total) / static_cast<float>(width);
  auto squares = hn::Zero(kFloats);
  for_each_group(width, [&](size_t i, auto lanes) HWY_ATTR {
    const auto centered = inside(hn::Sub(load(z + i, lanes), hn::Set(kFloats, mean)), lanes);
    squares = hn::MulAdd(centered, centered, squares);
  });
  const float variance = sum_of(squares) / static_cast<float>(width);
  return {mean, 1.0F / std::sqrt(variance + static_cast<float>(eps))};
}

// y = ((z - mean) * scale * weight + shift) * factors; shift and factors may be nullptr.
template <typename Z, typename S>
HWY_INLINE void normalise_row(const Z* z, const RowStatistics& row, const float* weight, const float* shift,
                              const float* factors, size_t width, S* y) {
  const auto mean = hn::Set(kFloats, row.mean), scale = hn::Set(kFloats, row.inverse_scale);
  for_each_group(width, [&](size_t i, auto lanes) HWY_ATTR {
    const auto normalised = hn::Mul(hn::Sub(load(z + i, lanes), mean), scale);
    auto result = hn::Mul(normalised, load(weight + i, lanes));
    if (shift != nullptr) result = hn::Add(result, load(shift + i, lanes));
    if (factors != nullptr) result = hn::Mul(result, load(factors + i, lanes));
    store(result, y + i, lanes);
  });
}

// The terms that the gradient of a norm subtracts: mean(g) and mean(g * n) over a row's columns, where g = dy * weight
// and n is the normalised row.
struct RowMeans {
  float plain = 0, with_normalised = 0;
};

// Returns these means. Also adds the row to the gradients of weight and shift.
template <typename S>
HWY_INLINE RowMeans norm_gradient_means(const S* gradient, const S* z, const RowStatistics& row, const float* weight,
                                        size_t width, NormKind kind, float* weight_gradient, float* shift_gradient) {
  auto plain = hn::Zero(kFloats), with_normalised = hn::Zero(kFloats);
  const auto mean = hn::Set(kFloats, row.mean), scale = hn::Set(kFloats, row.inverse_scale);
  for_each_group(width, [&](size_t i, auto lanes) HWY_ATTR {
    const auto dy = load(gradient + i, lanes);
    const auto normalised = hn::Mul(hn::Sub(load(z + i, lanes), mean), scale);
    const auto g = hn::Mul(dy, load(weight + i, lanes));
    plain = hn::Add(plain, g);
    with_normalised = hn::MulAdd(g, inside(normalised, lanes), with_normalised);
    if (weight_gradient != nullptr) {
      store(hn::MulAdd(dy, normalised, load(weight_gradient + i, lanes)), weight_gradient + i, lanes);
    }
    if (shift_gradient != nullptr) store(hn::Add(dy, load(shift_gradient + i, lanes)), shift_gradient + i, lanes);
  });
  const auto count = static_cast<float>(width);
  return {kind == NormKind::kLayer ? sum_of(plain) / count : 0, sum_of(with_normalised) / count};
}

// Computes the gradient of z from that of y.
HWY_INLINE Floats norm_gradient(Floats dy, Floats z, Floats weight, const RowStatistics& row, const RowMeans& means) {
  const auto scale = hn::Set(kFloats, row.inverse_scale);
  const auto normalised = hn::Mul(hn::Sub(z, hn::Set(kFloats, row.mean)), scale);
  const auto g = hn::Sub(hn::Mul(dy, weight), hn::Set(kFloats, means.plain));
  return hn::Mul(hn::NegMulAdd(normalised, hn::Set(kFloats, means.with_normalised), g), scale);
}

}  // namespace hone::kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
