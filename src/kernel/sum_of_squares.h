// The sum of squares of many arrays in one sweep: what gradient clipping and the check for infinities and NaN need.
#pragma once

#include <cstdint>
#include <span>

namespace hone::kernel {

struct FloatArray {
  const float* data = nullptr;
  int64_t size = 0;
};

// In double, so that it is finite exactly where every element is. Equal bit for bit at any number of threads.
double sum_of_squares(std::span<const FloatArray> arrays);

}  // namespace hone::kernel
