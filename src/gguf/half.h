// The half-precision numbers in blocks of weights.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

namespace hone::gguf {

// Returns the value of an IEEE half (binary16).
inline float half_value(uint16_t half) {
  const uint32_t sign = static_cast<uint32_t>(half & 0x8000) << 16, exponent = half >> 10 & 31, mantissa = half & 1023;
  if (exponent == 31) return std::bit_cast<float>(sign | 0x7F800000U | mantissa << 13);
  if (exponent != 0) return std::bit_cast<float>(sign | (exponent + 112) << 23 | mantissa << 13);
  const float value = static_cast<float>(mantissa) * 0x1p-24F;  // subnormal or zero
  return std::bit_cast<float>(sign | std::bit_cast<uint32_t>(value));
}

// Return the number at an address, which may be unaligned.
template <typename T>
T number_at(const uint8_t* bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}
inline float half_at(const uint8_t* bytes) { return half_value(number_at<uint16_t>(bytes)); }

}  // namespace hone::gguf
