// The sum of squares of many arrays in one sweep, for gradient clipping and the check for infinity and NaN.
#pragma once

#include <cstdint>
#include <span>

namespace hone::kernel {

struct FloatArray {
  const float* data = nullptr;
  int64_t size = 0;
};

// Computes in double, so that the sum is finite exactly if every element is. Equal bit for bit at any number of
// threads.
double sum_of_squares(std::span<const FloatArray> arrays);

}  // namespace hone::kernel
