// Softmax cross-entropy as a sum over rows, from logits or straight from what the last linear takes. T rows (tokens),
// C width, V classes.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace hone::tensor {

struct CrossEntropyOptions {
  int64_t ignore_index = -100;  // targets of rows without a loss
  double label_smoothing = 0;   // e of kernel/cross_entropy.h, in [0, 1]
  double scale = 1;             // of the sum: 1 / number of targets gives their mean
};

// logits [T, V] of float, double or bfloat16, targets [T] int64 in [0, V) or ignore_index -> scalar, float (double for
// double). The rows' losses are added up in double. No target: 0.
at::Tensor cross_entropy(const at::Tensor& logits, const at::Tensor& targets, const CrossEntropyOptions& options = {});

// The same by libtorch's own operations, as on devices other than the CPU.
at::Tensor cross_entropy_by_library(const at::Tensor& logits, const at::Tensor& targets,
                                    const CrossEntropyOptions& options = {});

// The last linear of a language model.
struct OutputLayer {
  at::Tensor weight;       // [V, C]
  at::Tensor cast_weight;  // weight in the type of hidden, or undefined: cast here
  at::Tensor bias;         // [V], or undefined
};

// cross_entropy of hidden [T, C] times weight^T + bias without ever holding all logits: a chunk of rows at a time, each
// chunk's gradients taken while its logits are there. Rows without a target are left out of the products. `chunk_bytes`
// bounds the logits that exist at once (a row at the least). The method is that of Hsu et al., "Liger Kernel",
// arXiv 2410.10989.
at::Tensor linear_cross_entropy(const at::Tensor& hidden, const OutputLayer& layer, const at::Tensor& targets,
                                const CrossEntropyOptions& options = {}, int64_t chunk_bytes = int64_t{64} << 20);

}  // namespace hone::tensor
