// Multi-head self-attention over a packed batch: each sequence attends to itself only. Vaswani et al., "Attention Is
// All You Need", arXiv 1706.03762. Shapes: B sequences, T tokens in all, S tokens of one, H heads, D head width.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "base/philox.h"
#include "tensor/packing.h"

namespace hone::nn {

// softmax(q k^T / sqrt(D)) v for each head of each sequence; q, k, v: [T, H*D] -> [T, H*D]. Dropout with probability p
// falls on the softmax. Its element for (sequence b, head h, query i, key j) is first_b + (h*S + i)*S + j, where
// first_b sums H*S*S over the sequences before b, each rounded up to a multiple of 4.
at::Tensor attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const tensor::Packing& packing,
                     int64_t num_heads, double p, const RandomStream& stream);

}  // namespace hone::nn
