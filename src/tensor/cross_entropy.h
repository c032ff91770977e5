// Softmax cross-entropy as a sum over rows, from logits or directly from the input of the last linear. T rows (tokens),
// C width, V classes.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace hone::tensor {

struct CrossEntropyOptions {
  int64_t ignore_index = -100;  // the target of rows without a loss
  double label_smoothing = 0;   // e of kernel/cross_entropy.h, in [0, 1]
  double scale = 1;             // of the sum: 1 / number of targets gives their mean
};

// logits [T, V] of float, double or bfloat16, targets [T] int64 in [0, V) or ignore_index -> scalar, float (double for
// double). Sums the rows' losses in double. Returns 0 if no row has a target.
at::Tensor cross_entropy(const at::Tensor& logits, const at::Tensor& targets, const CrossEntropyOptions& options = {});

// The same by libtorch's operations, for devices other than the CPU.
at::Tensor cross_entropy_by_library(const at::Tensor& logits, const at::Tensor& targets,
                                    const CrossEntropyOptions& options = {});

// The last linear of a language model.
struct OutputLayer {
  at::Tensor weight;       // [V, C]
  at::Tensor cast_weight;  // weight in the type of hidden; if undefined, linear_cross_entropy makes it
  at::Tensor bias;         // [V], or undefined
  double soft_cap = 0;     // a logit x becomes cap tanh(x / cap); 0: it stays x
};

// Returns cap tanh(logits / cap), or the logits themselves if cap is 0.
at::Tensor soft_capped(const at::Tensor& logits, double cap);

// Returns cross_entropy of hidden [T, C] times weight^T + bias without storing all logits. Computes logits and
// gradients chunk by chunk, and skips rows without a target. `chunk_bytes` bounds the logits of a chunk, which has at
// least one row. Method: Hsu et al., "Liger Kernel", arXiv 2410.10989.
at::Tensor linear_cross_entropy(const at::Tensor& hidden, const OutputLayer& layer, const at::Tensor& targets,
                                const CrossEntropyOptions& options = {}, int64_t chunk_bytes = int64_t{64} << 20);

}  // namespace hone::tensor
