// The upper half of a float: sign, 8 bits of exponent, 7 of fraction. It has the layout of at::BFloat16.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <type_traits>

namespace hone::kernel {

struct BFloat16 {
  uint16_t bits = 0;
};

// The type in which the kernels compute with a T; also the type of its parameters, statistics and sums.
template <typename T>
using Computed = std::conditional_t<std::is_same_v<T, double>, double, float>;

inline float to_float(BFloat16 value) { return std::bit_cast<float>(uint32_t{value.bits} << 16); }
inline float to_float(float value) { return value; }
inline double to_float(double value) { return value; }

// Rounds to nearest, ties to even; NaN stays NaN.
inline BFloat16 to_bfloat16(float value) {
  if (std::isnan(value)) return {0x7FC0};
  const uint32_t bits = std::bit_cast<uint32_t>(value);
  return {static_cast<uint16_t>((bits + 0x7FFF + (bits >> 16 & 1)) >> 16)};
}

// Returns the value as a T: float, double or BFloat16.
template <typename T, typename From>
T rounded_to(From value) {
  return static_cast<T>(value);
}
template <>
inline BFloat16 rounded_to<BFloat16, float>(float value) {
  return to_bfloat16(value);
}

}  // namespace hone::kernel
