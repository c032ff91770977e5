// Transposed copies of matrices of 32-bit and 16-bit elements.
#pragma once

#include <cstdint>

namespace hone::kernel {

// to [n, m] = from [m, n]^T for tiles in the cache; m and n are multiples of 8.
void transpose_tile(const uint32_t* from, int64_t from_stride, uint32_t* to, int64_t to_stride, int64_t m, int64_t n);
void transpose_tile(const uint16_t* from, int64_t from_stride, uint16_t* to, int64_t to_stride, int64_t m, int64_t n);

// The same for dense matrices of any size, with all threads.
void transpose_matrix(const uint16_t* from, uint16_t* to, int64_t m, int64_t n);

}  // namespace hone::kernel
