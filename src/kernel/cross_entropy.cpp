// Adds up the sums over classes in double, block by block of columns.
#include "kernel/cross_entropy.h"

#include <algorithm>
#include <cmath>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernel/cross_entropy.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h, which includes this file again.
#include "kernel/math_lanes.h"

#ifndef HONE_KERNEL_CROSS_ENTROPY_ROW
#define HONE_KERNEL_CROSS_ENTROPY_ROW
namespace hone::kernel {
struct RowSums {
  double exponentials;  // of logit - max
  double logits;
};
}  // namespace hone::kernel
#endif

HWY_BEFORE_NAMESPACE();
namespace hone::kernel::HWY_NAMESPACE {

constexpr size_t kBlock = 4096;

// Sets the lanes beyond the row's end to -infinity.
HWY_INLINE Floats or_lowest(Floats values, Whole) { return values; }
HWY_INLINE Floats or_lowest(Floats values, First first) {
  const auto lowest = hn::Neg(hn::Inf(kFloats));
  return hn::IfThenElse(hn::FirstN(kFloats, first.count), values, lowest);
}

template <typename S>
float max_of_row(const S* logits, size_t num_classes) {
  auto highest = hn::Neg(hn::Inf(kFloats));
  for_each_group(num_classes, [&](size_t i, auto lanes)
                                  HWY_ATTR { highest = hn::Max(highest, or_lowest(load(logits + i, lanes), lanes)); });
  return hn::GetLane(hn::MaxOfLanes(kFloats, highest));
}

template <typename S>
RowSums sums_of_row(const S* logits, size_t num_classes, float highest) {
  RowSums sums{};
  for (size_t begin = 0; begin < num_classes; begin += kBlock) {
    const S* block = logits + begin;
    auto exponentials = hn::Zero(kFloats), plain = hn::Zero(kFloats);
    for_each_group(std::min(kBlock, num_classes - begin), [&](size_t i, auto lanes) HWY_ATTR {
      const auto x = load(block + i, lanes);
      exponentials = hn::Add(exponentials, inside(exp_lanes(hn::Sub(x, hn::Set(kFloats, highest))), lanes));
      plain = hn::Add(plain, x);
    });
    sums.exponentials += sum_of(exponentials);
    sums.logits += sum_of(plain);
  }
  return sums;
}

// gradient = scale * (softmax - every); the caller subtracts the target's own part.
template <typename S>
void softmax_row(const S* logits, size_t num_classes, float logsumexp, float scale, float every, S* gradient) {
  for_each_group(num_classes, [&](size_t i, auto lanes) HWY_ATTR {
    const auto p = exp_lanes(hn::Sub(load(logits + i, lanes), hn::Set(kFloats, logsumexp)));
    store(hn::Mul(hn::Sub(p, hn::Set(kFloats, every)), hn::Set(kFloats, scale)), gradient + i, lanes);
  });
}

}  // namespace hone::kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "kernel/cpu.h"
#include "kernel/parallel.h"

namespace hone::kernel {

namespace {

template <typename S>
constexpr bool kHasVectors = !std::is_same_v<S, double>;

template <typename S>
Computed<S> max_of_row(const S* logits, size_t num_classes) {
  if constexpr (kHasVectors<S>) {
    if (cpu_level() != CpuLevel::kScalar) return HONE_KERNEL(max_of_row<S>)(logits, num_classes);
  }
  Computed<S> highest = -std::numeric_limits<Computed<S>>::infinity();
  for (size_t i = 0; i < num_classes; ++i) highest = std::max(highest, to_float(logits[i]));
  return highest;
}

template <typename S>
RowSums sums_of_row(const S* logits, size_t num_classes, Computed<S> highest) {
  if constexpr (kHasVectors<S>) {
    if (cpu_level() != CpuLevel::kScalar) return HONE_KERNEL(sums_of_row<S>)(logits, num_classes, highest);
  }
  RowSums sums{};
  for (size_t i = 0; i < num_classes; ++i) {
    sums.exponentials += std::exp(to_float(logits[i]) - highest);
    sums.logits += to_float(logits[i]);
  }
  return sums;
}

template <typename S>
void softmax_row(const S* logits, size_t num_classes, Computed<S> logsumexp, Computed<S> scale, Computed<S> every,
                 S* gradient) {
  if constexpr (kHasVectors<S>) {
    if (cpu_level() != CpuLevel::kScalar) {
      return HONE_KERNEL(softmax_row<S>)(logits, num_classes, logsumexp, scale, every, gradient);
    }
  }
  for (size_t i = 0; i < num_classes; ++i) {
    gradient[i] = rounded_to<S>((std::exp(to_float(logits[i]) - logsumexp) - every) * scale);
  }
}

template <typename S>
double row_loss(const CrossEntropyShape& shape, const S* logits, int64_t target, Computed<S>& logsumexp) {
  const auto num_classes = static_cast<size_t>(shape.num_classes);
  const Computed<S> highest = max_of_row(logits, num_classes);
  const RowSums sums = sums_of_row(logits, num_classes, highest);
  const double exact = highest + std::log(sums.exponentials);
  logsumexp = static_cast<Computed<S>>(exact);
  const double loss = exact - to_float(logits[target]);
  const double e = shape.label_smoothing;
  return e == 0 ? loss : (1 - e) * loss + e * (exact - sums.logits / static_cast<double>(num_classes));
}

template <typename S>
void row_gradient(const CrossEntropyShape& shape, const S* logits, int64_t target, Computed<S> logsumexp, double scale,
                  S* gradient) {
  using A = Computed<S>;
  const auto num_classes = static_cast<size_t>(shape.num_classes);
  const double every = shape.label_smoothing / static_cast<double>(num_classes);
  const double p = std::exp(static_cast<double>(to_float(logits[target])) - logsumexp);
  softmax_row(logits, num_classes, logsumexp, static_cast<A>(scale), static_cast<A>(every), gradient);
  gradient[target] = rounded_to<S>(static_cast<A>((p - every - (1 - shape.label_smoothing)) * scale));
}

}  // namespace

template <typename S>
void cross_entropy_forward(const CrossEntropyShape& shape, const S* logits, const int64_t* targets, double* losses,
                           Computed<S>* logsumexp) {
  parallel_ranges(shape.num_rows, row_grain(shape.num_classes), [&](int64_t begin, int64_t end, int) {
    for (int64_t t = begin; t < end; ++t) {
      losses[t] = logsumexp[t] = 0;
      if (targets[t] == shape.ignored_target) continue;
      losses[t] = row_loss(shape, logits + t * shape.num_classes, targets[t], logsumexp[t]);
    }
  });
}

template <typename S>
void cross_entropy_backward(const CrossEntropyShape& shape, const S* logits, const int64_t* targets,
                            const Computed<S>* logsumexp, double scale, S* gradient) {
  parallel_ranges(shape.num_rows, row_grain(shape.num_classes), [&](int64_t begin, int64_t end, int) {
    for (int64_t t = begin; t < end; ++t) {
      const int64_t start = t * shape.num_classes;
      if (targets[t] == shape.ignored_target) {
        std::fill_n(gradient + start, shape.num_classes, S{});
      } else {
        row_gradient(shape, logits + start, targets[t], logsumexp[t], scale, gradient + start);
      }
    }
  });
}

// Compiles the functions for a storage type.
#define HONE_CROSS_ENTROPY(S)                                                                                          \
  template void cross_entropy_forward(const CrossEntropyShape&, const S*, const int64_t*, double*, Computed<S>*);      \
  template void cross_entropy_backward(const CrossEntropyShape&, const S*, const int64_t*, const Computed<S>*, double, \
                                       S*);
HONE_CROSS_ENTROPY(float)
HONE_CROSS_ENTROPY(double)
HONE_CROSS_ENTROPY(BFloat16)
#undef HONE_CROSS_ENTROPY

}  // namespace hone::kernel
#endif
