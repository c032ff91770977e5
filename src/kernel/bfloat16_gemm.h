// The gradient of a weight, g^T x, in bfloat16 with an fp32 result. Uses MKL, which does not compile code for each
// number of rows.
#pragma once

#include <cstdint>

#include "kernel/bfloat16.h"

namespace hone::kernel {

// Returns whether libtorch has MKL's function, a first call returned the right result, and the CPU level has native
// bfloat16.
bool has_bfloat16_gemm();

// c [M, N] = a^T b with a [K, M] and b [K, N]; sums are fp32.
void bfloat16_transposed_product(const BFloat16* a, const BFloat16* b, float* c, int64_t m, int64_t n, int64_t k);

}  // namespace hone::kernel
