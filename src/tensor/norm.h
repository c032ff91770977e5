// Norm(dropout(x + bias) + residual), which follows a matrix product in a transformer, as an autograd function around
// kernel/norm.h. It keeps the sum and two numbers per row.
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
  // Overwrites x with the sum. Set it only if nothing else reads x, for example for a fresh product.
  bool overwrite_x = false;
};

struct NormResult {
  at::Tensor sum;     // dropout(x + bias) + residual; x itself if nothing is added
  at::Tensor normed;  // the norm of sum
};

// x [*, C] of float, double or bfloat16, on any device; the results have x's type. If x is bfloat16, parameters may be
// float; statistics and gradients of parameters are computed in float. Backward accepts gradients of one or both
// results.
NormResult residual_norm(const at::Tensor& x, const NormOptions& options);

// The same by libtorch's operations, for devices other than the CPU. Its dropout is dropout_by_library.
NormResult residual_norm_by_library(const at::Tensor& x, const NormOptions& options);

}  // namespace hone::tensor
