// Inverted dropout whose draws are a pure function of (seed, step, micro-batch, site, element): equal at any number of
// threads. Backward keeps five numbers and draws again instead of storing a mask.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "base/philox.h"

namespace hone::tensor {

// x * mask / (1 - p), of x's shape; element i of x (row-major) is kept iff stream.word(first_element + i) >= p * 2^32.
// p in [0, 1]; p == 0 returns x itself. x: float, double or bfloat16. first_element is a multiple of 4; it allows
// computing a draw in parts. Devices other than the CPU use dropout_by_library.
at::Tensor dropout(const at::Tensor& x, double p, const RandomStream& stream, uint64_t first_element = 0);

// Dropout by libtorch's operations, on any device. The draws differ from those of dropout(): they come from a copy of
// the device's generator. They are reproducible too, because the position in training is the seed. Stores the mask for
// backward.
at::Tensor dropout_by_library(const at::Tensor& x, double p, const RandomStream& stream, uint64_t first_element = 0);

// Seeds libtorch's generator of the device with the position in training, for operations of libtorch that draw
// themselves. Does nothing if p is 0.
void seed_library_draws(c10::Device device, const RandomStream& stream, double p);

}  // namespace hone::tensor
