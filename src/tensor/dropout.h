// Inverted dropout whose draws are a pure function of (seed, step, micro-batch, site, element): the same at any number
// of threads, and drawn again in backward instead of stored.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "base/philox.h"

namespace hone::tensor {

// x * mask / (1 - p), of x's shape; element i of x (row-major) is kept iff stream.word(first_element + i) >= p * 2^32.
// p in [0, 1]; p == 0 returns x itself. x: float, double or bfloat16. first_element is a multiple of 4, for a draw
// made in parts. On other devices than the CPU: dropout_by_library.
at::Tensor dropout(const at::Tensor& x, double p, const RandomStream& stream, uint64_t first_element = 0);

// The same by libtorch's own operations, on any device: other draws than dropout's, from the device's generator seeded
// by the place, hence as reproducible. The mask is stored for backward.
at::Tensor dropout_by_library(const at::Tensor& x, double p, const RandomStream& stream, uint64_t first_element = 0);

}  // namespace hone::tensor
