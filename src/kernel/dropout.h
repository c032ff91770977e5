// Dropout of a run of elements, its mask drawn from counters (base/philox.h): a pure function of the place in the run,
// drawn again in backward instead of stored.
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

// Element i of a draw is kept iff its word reaches this: p * 2^32, rounded up. 2^32 keeps none.
uint64_t drop_threshold(double p);

// What a kept element is multiplied by: 1 / (1 - p), or 0 where none is kept.
double keep_scale(double p);

// How many floats dropout_factors and factors_in_row (kernel/dropout_lanes.h) write for `count` elements, at most.
constexpr size_t factor_buffer_size(size_t count) { return count + 4 + size_t{2} * 64; }

// factors[i] is what dropout multiplies element first_element + i of the draw by: 0 or keep_scale(p). Plain C++: the
// reference for kernel/dropout_lanes.h.
template <typename A>
void dropout_factors(const DropoutDraw& draw, uint64_t first_element, size_t count, A* factors);

// out[i] = in[i] * factor of element i. `in` and `out` may be the same. Storage T: float, double or BFloat16.
template <typename T>
void drop_elements(const T* in, T* out, int64_t count, const DropoutDraw& draw);

}  // namespace hone::kernel
