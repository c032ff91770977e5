// Norm(dropout(x + bias) + residual) as one operation: what stands between two matrix products of a transformer.
#pragma once

#include <ATen/core/Tensor.h>

#include "base/philox.h"
#include "kernel/norm.h"

namespace hone::tensor {

using kernel::NormKind;

struct NormOptions {
  NormKind kind = NormKind::kLayer;
  at::Tensor weight;     // [C]
  at::Tensor norm_bias;  // [C], or undefined
  double eps = 1e-5;
  at::Tensor bias;      // [C], or undefined: added to x before dropout
  at::Tensor residual;  // of x's shape, or undefined: added after dropout
  double p = 0;         // of dropout, in [0, 1]
  RandomStream stream;  // element (row, column) has index row * C + column
  // The sum is written over x: only where nothing else reads x, as of a fresh product.
  bool overwrite_x = false;
};

struct NormResult {
  at::Tensor sum;     // dropout(x + bias) + residual; x itself where nothing is added
  at::Tensor normed;  // the norm of sum
};

// x [*, C] of float, double or bfloat16, on any device; the results have x's type. Parameters may be float where x is
// bfloat16: they, the statistics and their gradients are computed in float. Gradients of one result or of both.
NormResult residual_norm(const at::Tensor& x, const NormOptions& options);

// The same by libtorch's own operations, as on devices other than the CPU; its dropout is dropout_by_library.
NormResult residual_norm_by_library(const at::Tensor& x, const NormOptions& options);

}  // namespace hone::tensor
