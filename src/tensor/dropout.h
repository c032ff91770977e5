// Inverted dropout whose draws are a pure function of (seed, step, micro-batch, site, element): equal at any number of
// threads. Backward keeps five numbers and draws again instead of storing a mask.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "base/philox.h"

namespace hone::tensor {

// x * mask / (1 - p), of x's shape; element i of x (row-major) is kept iff stream.word(first_element + i) >= p * 2^32.
// p in [0, 1]; p == 0 returns x itself. x: float, double or bfloat16. first_element is a multiple of 4; it is
// for a draw made in parts. On devices other than the CPU: dropout_by_library.
at::Tensor dropout(const at::Tensor& x, double p, const RandomStream& stream, uint64_t first_element = 0);

// The same by libtorch's operations, on any device, with other draws than dropout's: from a copy of the device's
// generator, seeded from the position in training, so equally reproducible. Stores the mask for backward.
at::Tensor dropout_by_library(const at::Tensor& x, double p, const RandomStream& stream, uint64_t first_element = 0);

// Seeds libtorch's own generator of the device, for operations of libtorch that draw by themselves: the next draw then
// depends only on the position in training. Does nothing if p is 0.
void seed_library_draws(c10::Device device, const RandomStream& stream, double p);

}  // namespace hone::tensor
