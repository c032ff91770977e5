// g = gradient * factor + l2 * p for the parameter p. Then
//   m = m + (1 - beta1) (g - m),  v = beta2 v + (1 - beta2) g^2,
//   p = decay p - step m / (sqrt(v) / sqrt(1 - beta2^t) + epsilon),  step = learning rate / (1 - beta1^t).
// If g, m and v are 0, this is p = decay p.
#include "kernel/adam.h"

#include <cstddef>

#ifndef HONE_KERNEL_ADAM_COEFFICIENTS
#define HONE_KERNEL_ADAM_COEFFICIENTS
namespace hone::kernel {

// The formula's constants for one array.
struct AdamCoefficients {
  float gradient_factor, decay, l2, mean_weight, beta2, square_weight, step_size, root_factor, epsilon;
};

}  // namespace hone::kernel
#endif

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernel/adam.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h, which includes this file again.
#include "kernel/lanes.h"

HWY_BEFORE_NAMESPACE();
namespace hone::kernel::HWY_NAMESPACE {

struct AdamLanes {
  Floats parameter, mean, mean_square;
};

HWY_INLINE AdamLanes stepped(AdamLanes old, Floats gradient, const AdamCoefficients& c) {
  const auto g =
      hn::MulAdd(old.parameter, hn::Set(kFloats, c.l2), hn::Mul(gradient, hn::Set(kFloats, c.gradient_factor)));
  const auto mean = hn::MulAdd(hn::Sub(g, old.mean), hn::Set(kFloats, c.mean_weight), old.mean);
  const auto square = hn::Mul(hn::Mul(g, g), hn::Set(kFloats, c.square_weight));
  const auto mean_square = hn::MulAdd(old.mean_square, hn::Set(kFloats, c.beta2), square);
  const auto denominator =
      hn::MulAdd(hn::Sqrt(mean_square), hn::Set(kFloats, c.root_factor), hn::Set(kFloats, c.epsilon));
  const auto change = hn::Div(hn::Mul(mean, hn::Set(kFloats, c.step_size)), denominator);
  return {hn::MulSub(old.parameter, hn::Set(kFloats, c.decay), change), mean, mean_square};
}

void adam_elements(const AdamArray& array, int64_t first, int64_t count, const AdamCoefficients& c) {
  float* parameter = array.parameter + first;
  const float* gradient = array.gradient + first;
  float* mean = array.mean + first;
  float* mean_square = array.mean_square + first;
  const auto size = static_cast<size_t>(count);
  size_t i = 0;
  for (; i + kLanes <= size; i += kLanes) {
    const AdamLanes now = stepped({load(parameter + i), load(mean + i), load(mean_square + i)}, load(gradient + i), c);
    store(now.parameter, parameter + i);
    store(now.mean, mean + i);
    store(now.mean_square, mean_square + i);
  }
  if (i == size) return;
  const size_t left = size - i;
  const AdamLanes now =
      stepped({load_first(parameter + i, left), load_first(mean + i, left), load_first(mean_square + i, left)},
              load_first(gradient + i, left), c);
  store_first(now.parameter, parameter + i, left);
  store_first(now.mean, mean + i, left);
  store_first(now.mean_square, mean_square + i, left);
}

// Every NaN counts as another number than 0.
bool are_zero(const float* numbers, int64_t count) {
  const auto size = static_cast<size_t>(count);
  const UintTag uints;
  auto bits = hn::Zero(uints);
  size_t i = 0;
  for (; i + kLanes <= size; i += kLanes) bits = hn::Or(bits, hn::BitCast(uints, load(numbers + i)));
  if (i < size) bits = hn::Or(bits, hn::BitCast(uints, load_first(numbers + i, size - i)));
  return hn::AllTrue(uints, hn::Eq(hn::ShiftLeft<1>(bits), hn::Zero(uints)));  // without the sign
}

void decay_elements(float* numbers, int64_t count, float decay) {
  const auto size = static_cast<size_t>(count);
  const auto factor = hn::Set(kFloats, decay);
  size_t i = 0;
  for (; i + kLanes <= size; i += kLanes) store(hn::Mul(load(numbers + i), factor), numbers + i);
  for (; i < size; ++i) numbers[i] *= decay;
}

}  // namespace hone::kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <algorithm>
#include <cmath>
#include <vector>

#include "kernel/concatenation.h"
#include "kernel/cpu.h"
#include "kernel/flush_denormals.h"
#include "kernel/parallel.h"

namespace hone::kernel {

namespace {

constexpr int64_t kGrain = 16384 / kAdamBlock;

AdamCoefficients coefficients(const AdamArray& array, const AdamRules& rules) {
  const double decay = rules.decoupled_weight_decay ? 1 - rules.learning_rate * array.weight_decay : 1;
  const double l2 = rules.decoupled_weight_decay ? 0 : array.weight_decay;
  const double step_size = rules.learning_rate / (1 - std::pow(rules.beta1, array.steps));
  const double root_factor = 1 / std::sqrt(1 - std::pow(rules.beta2, array.steps));
  return {static_cast<float>(rules.gradient_factor),
          static_cast<float>(decay),
          static_cast<float>(l2),
          static_cast<float>(1 - rules.beta1),
          static_cast<float>(rules.beta2),
          static_cast<float>(1 - rules.beta2),
          static_cast<float>(step_size),
          static_cast<float>(root_factor),
          static_cast<float>(rules.epsilon)};
}

void plain_adam_elements(const AdamArray& array, int64_t first, int64_t count, const AdamCoefficients& c) {
  for (int64_t i = first; i < first + count; ++i) {
    float& parameter = array.parameter[i];
    float& mean = array.mean[i];
    float& mean_square = array.mean_square[i];
    const float gradient = array.gradient[i] * c.gradient_factor + parameter * c.l2;
    mean += (gradient - mean) * c.mean_weight;
    mean_square = mean_square * c.beta2 + gradient * gradient * c.square_weight;
    parameter = parameter * c.decay - mean * c.step_size / (std::sqrt(mean_square) * c.root_factor + c.epsilon);
  }
}

bool plain_are_zero(const float* numbers, int64_t count) {
  return std::all_of(numbers, numbers + count, [](float number) { return number == 0; });
}

void plain_decay_elements(float* numbers, int64_t count, float decay) {
  for (int64_t i = 0; i < count; ++i) numbers[i] *= decay;
}

struct AdamFunctions {
  decltype(&plain_adam_elements) adam_elements = &plain_adam_elements;
  decltype(&plain_are_zero) are_zero = &plain_are_zero;
  decltype(&plain_decay_elements) decay_elements = &plain_decay_elements;
};

AdamFunctions functions() {
  if (cpu_level() == CpuLevel::kScalar) return {};
  return {HONE_KERNEL(adam_elements), HONE_KERNEL(are_zero), HONE_KERNEL(decay_elements)};
}

// Returns true if elements whose gradient and moments are 0 change only by weight decay.
bool only_decays_zeros(const AdamCoefficients& c) {
  return c.l2 == 0 && c.epsilon > 0 && std::isfinite(c.gradient_factor) && std::isfinite(c.step_size);
}

bool has_zero_gradient(const AdamFunctions& run, const AdamArray& array, int64_t first, int64_t count) {
  if (array.has_gradient != nullptr) return array.has_gradient[first / kAdamBlock] == 0;
  return run.are_zero(array.gradient + first, count);
}

// Takes the step in some blocks of an array.
void step_blocks(const AdamFunctions& run, const AdamArray& array, int64_t first_block, int64_t num_blocks,
                 const AdamCoefficients& c) {
  const int64_t begin = first_block * kAdamBlock, end = std::min(array.size, (first_block + num_blocks) * kAdamBlock);
  if (array.has_zero_moments == nullptr) return run.adam_elements(array, begin, end - begin, c);
  const bool skips = only_decays_zeros(c);
  for (int64_t first = begin; first < end; first += kAdamBlock) {
    uint8_t& has_zero_moments = array.has_zero_moments[first / kAdamBlock];
    const int64_t count = std::min(kAdamBlock, end - first);
    if (has_zero_moments != 0 && skips && has_zero_gradient(run, array, first, count)) {
      if (c.decay != 1) run.decay_elements(array.parameter + first, count, c.decay);
    } else {
      has_zero_moments = 0;
      run.adam_elements(array, first, count, c);
    }
  }
}

}  // namespace

void adam_step(std::span<const AdamArray> arrays, const AdamRules& rules) {
  Concatenation blocks;
  std::vector<AdamCoefficients> constants;
  for (const AdamArray& array : arrays) {
    blocks.append(num_adam_blocks(array.size));
    constants.push_back(coefficients(array, rules));
  }
  const AdamFunctions run = functions();
  parallel_ranges(blocks.size(), kGrain, [&](int64_t begin, int64_t end, int) {
    const FlushDenormals no_denormals;
    blocks.for_each_stretch(begin, end, [&](size_t array, int64_t first, int64_t count) {
      step_blocks(run, arrays[array], first, count, constants[array]);
    });
  });
}

void find_zero_moments(const AdamArray& array) {
  const AdamFunctions run = functions();
  parallel_ranges(num_adam_blocks(array.size), kGrain, [&](int64_t begin, int64_t end, int) {
    for (int64_t block = begin; block < end; ++block) {
      const int64_t first = block * kAdamBlock, count = std::min(kAdamBlock, array.size - first);
      const bool is_zero = run.are_zero(array.mean + first, count) && run.are_zero(array.mean_square + first, count);
      array.has_zero_moments[block] = is_zero ? 1 : 0;
    }
  });
}

}  // namespace hone::kernel
#endif
