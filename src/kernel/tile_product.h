// Products of small matrices in the cache, by libtorch's micro-kernels (oneDNN's brgemm, at::native::cpublas), which
// use AMX, AVX-512 BF16, AVX-512 or AVX2. Each thread compiles each new shape once (about 0.1 ms). Callers round sizes
// up, so that texts of many lengths need few shapes.
#pragma once

#include <cstdint>

#include "kernel/bfloat16.h"

namespace hone::kernel {

struct TileShape {
  int64_t m = 0, n = 0, k = 0;
  int64_t a_stride = 0, b_stride = 0, c_stride = 0;  // elements from row to row; n for b of BFloat16
};

// c [m, n] = a [m, k] b [k, n], or += if `accumulate`.
void tile_product(const TileShape& shape, const float* a, const float* b, float* c, bool accumulate);

// b lies in pairs of rows, [k / 2, n, 2]; k is even.
void tile_product(const TileShape& shape, const BFloat16* a, const BFloat16* b, float* c, bool accumulate);

// Releases the matrix unit. Each thread must call it after its last product of BFloat16.
void end_tile_products();

// Returns whether libtorch has a micro-kernel for this element type on this processor. The first call tries it.
template <typename T>
bool has_tile_product();

}  // namespace hone::kernel
