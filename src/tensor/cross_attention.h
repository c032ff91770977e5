// Attention of the sequences of one packed batch to those of another, such as a decoder's to an encoder's, as an
// autograd function around kernel/attention.h. Other devices than the CPU use libtorch. Shapes: T query tokens, M key
// tokens, H query heads, G key and value heads, D head width.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "base/philox.h"
#include "tensor/packing.h"

namespace hone::tensor {

struct CrossAttentionOptions {
  int64_t num_heads = 1, num_kv_heads = 1;  // H, a multiple of G
  double scale = 0;                         // of the scores; 0: 1 / sqrt(D)
  double p = 0;                             // dropout of the softmax; kernel/attention.h numbers its elements
  RandomStream stream;
};

// q [T, H * D], kv [M, 2 G * D], keys first, then values -> [T, H * D], or [B, H * D] if
// queries.returns_first_tokens. Each query sees all keys of the sequence of the same index. float, bfloat16 or double.
at::Tensor cross_attention(const at::Tensor& q, const at::Tensor& kv, const Packing& queries, const Packing& keys,
                           const CrossAttentionOptions& options);

// The same by libtorch's operations on a padded batch.
at::Tensor library_cross_attention(const at::Tensor& q, const at::Tensor& kv, const Packing& queries,
                                   const Packing& keys, const CrossAttentionOptions& options);

}  // namespace hone::tensor
