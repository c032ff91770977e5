// What a weight's gradient is, g^T x, of bfloat16 with an fp32 result: by MKL, which takes any number of rows as it is.
#pragma once

#include <cstdint>

#include "kernel/bfloat16.h"

namespace hone::kernel {

// Whether libtorch brings it and it holds here (tried once), at a level with native bfloat16.
bool has_bfloat16_gemm();

// c [M, N] = a^T b with a [K, M] and b [K, N]; sums are fp32.
void bfloat16_transposed_product(const BFloat16* a, const BFloat16* b, float* c, int64_t m, int64_t n, int64_t k);

}  // namespace hone::kernel
