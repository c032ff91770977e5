// Attention over a packed batch as an autograd function around kernel/attention.h. Other devices than the CPU use
// libtorch. Shapes: T tokens in total, S tokens of one sequence, H query heads, G key and value heads, D head width.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>

#include "base/philox.h"
#include "tensor/packing.h"
#include "tensor/rotary.h"

namespace hone::tensor {

// Terms of the scores that depend on the distance of query and key (kernel/attention.h). Their tables have gradients.
struct DistanceTables {
  at::Tensor rows;           // [2 L - 1] int32 on the CPU, L >= S: query i and key j read row rows[i - j + L - 1]
  at::Tensor keys, queries;  // [W, H * D] of qkv's type, or undefined: added products with q, and with k
  at::Tensor bias;           // [H, W] float (double if qkv is), or undefined: added to the scaled scores
};

struct AttentionOptions {
  int64_t num_heads = 1, num_kv_heads = 1;  // H, a multiple of G; query head h reads key head h * G / H
  bool causal = false;
  std::optional<int64_t> window;  // query i sees keys i - window ... i + window; unset: all
  RotaryAngles rotary;            // turns q and k by their positions; at least as many as the longest sequence has
  double scale = 0;               // of the scores; 0: 1 / sqrt(D)
  double soft_cap = 0;            // scaled scores s become cap tanh(s / cap); 0: no cap
  at::Tensor key_mask;            // [T] uint8 or undefined: no query sees a key whose byte is 0
  at::Tensor bias;  // [1 or H, S, S] float or undefined, S >= the longest sequence: added to the scaled scores
  DistanceTables distances = {};  // rows undefined: none
  double p = 0;                   // dropout of the softmax; kernel/attention.h numbers its elements
  RandomStream stream;
};

// The widest head that attention computes.
int64_t max_head_width();

// qkv [T, (H + 2 G) * D], query heads first, then keys, then values -> [T, H * D], or [B, H * D] if
// packing.returns_first_tokens. float, bfloat16 or double. The bias
// has no gradient.
at::Tensor attention(const at::Tensor& qkv, const Packing& packing, const AttentionOptions& options);

// The same by libtorch's operations on a padded batch, for other devices than the CPU. libtorch draws the dropout; the
// position in training is its seed.
at::Tensor library_attention(const at::Tensor& qkv, const Packing& packing, const AttentionOptions& options);

}  // namespace hone::tensor
