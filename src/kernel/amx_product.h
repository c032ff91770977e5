// x W^T in bfloat16 by AMX tiles. Few rows take the time of reading W once. A row's result is the same bit for bit
// beside any other rows and at any number of threads. Shapes: T rows, I in, O out features.
#pragma once

#include <cstdint>

#include "kernel/bfloat16.h"

namespace hone::kernel {

// Returns whether the processor has AMX, the system lets this process use it, and the CPU level in use allows it.
bool has_amx_product();

struct AmxProduct {
  const BFloat16* x;
  int64_t num_rows;
  const BFloat16* weight;
  int64_t out, in;
  const float* bias;  // may be null
  BFloat16* y;
};

// y [T, O] = x [T, I] W [O, I]^T + bias [O]. All arrays are dense. Sums are float. Only if has_amx_product().
void amx_product(const AmxProduct& product);

}  // namespace hone::kernel
