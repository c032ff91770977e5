// Dropout of a sequence of elements. The mask is a pure function of the position in training (base/philox.h); backward
// draws it again instead of storing it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/philox.h"
#include "kernel/bfloat16.h"

namespace hone::kernel {

struct DropoutDraw {
  double p = 0;  // in [0, 1]
  RandomStream stream;
  uint64_t first_block = 0;  // of element 0; a block is four elements
};

// Returns p * 2^32, rounded up. Element i of a draw is kept if and only if its word is at least that; 2^32 keeps none.
uint64_t drop_threshold(double p);

// Returns the factor of a kept element: 1 / (1 - p), or 0 if none is kept.
double keep_scale(double p);

// Returns how many floats dropout_factors and factors_in_row (kernel/dropout_lanes.h) write at most for `count`
// elements.
constexpr size_t factor_buffer_size(size_t count) { return count + 4 + size_t{2} * 64; }

// Writes the factors of elements first_element, first_element + 1, ... of the draw: 0 or keep_scale(p). Plain C++: the
// reference for kernel/dropout_lanes.h.
template <typename A>
void dropout_factors(const DropoutDraw& draw, uint64_t first_element, size_t count, A* factors);

// out[i] = in[i] * factor of element i. `in` and `out` may be the same. Storage T: float, double or BFloat16.
template <typename T>
void drop_elements(const T* in, T* out, int64_t count, const DropoutDraw& draw);

}  // namespace hone::kernel
