// The inner loop of dropout: Philox words against a threshold, with AVX2 where the processor has it. Both ways give the
// same bits.
#pragma once

#include <cstdint>

#include "base/philox.h"

namespace hone::tensor {

struct DropoutDraw {
  double p = 0;  // in [0, 1]
  RandomStream stream;
  uint64_t first_block = 0;  // of element 0; a block is four elements
};

// out[i] = in[i] / (1 - p) where element i is kept, else 0, for i in [begin, end). `begin` is a multiple of 4. `in` and
// `out` may be the same.
void drop_elements(const float* in, float* out, int64_t begin, int64_t end, const DropoutDraw& draw);

// The same without vector instructions: what the other way is compared with.
void drop_elements_portable(const float* in, float* out, int64_t begin, int64_t end, const DropoutDraw& draw);

}  // namespace hone::tensor
