// A weight's gradient, g^T x, of bfloat16 with an fp32 result. By MKL, which compiles no code for each number of rows.
#pragma once

#include <cstdint>

#include "kernel/bfloat16.h"

namespace hone::kernel {

// Whether libtorch has it, a first call gave the right result, and the level has native bfloat16.
bool has_bfloat16_gemm();

// c [M, N] = a^T b with a [K, M] and b [K, N]; sums are fp32.
void bfloat16_transposed_product(const BFloat16* a, const BFloat16* b, float* c, int64_t m, int64_t n, int64_t k);

}  // namespace hone::kernel
