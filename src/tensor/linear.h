// x W^T + b as an autograd function, where x may be bfloat16 and W is the fp32 master weight. Shapes: T rows, I in, O
// out features.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

namespace hone::tensor {

// Returns a number that changes with the weight's values; 0 for an inference tensor.
int64_t version_of(const at::Tensor& weight);

// A weight in the type of the product. If x is bfloat16, holds a copy, and renews it when the weight has changed.
class CastWeight {
 public:
  // Returns `weight` in `dtype`; the weight itself if it has this type, or while PlainWeights live. `version` must
  // change when the weight's values change.
  at::Tensor in(const at::Tensor& weight, at::ScalarType dtype, int64_t version);
  at::Tensor in(const at::Tensor& weight, at::ScalarType dtype) { return in(weight, dtype, version_of(weight)); }

 private:
  at::Tensor copy_;
  const void* source_ = nullptr;
  int64_t version_ = -1;
};

// x [*, I], weight [O, I], bias [O] or undefined -> [*, O] of x's type. `cast_weight` is CastWeight's. Gradients
// have the types of x, weight and bias.
at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& cast_weight, const at::Tensor& bias);

// Several linears of one input in one product. `joined` [sum of O, I] is CastWeight's of the weights one after another,
// and joined_bias [sum of O] their biases in x's type; no biases: `biases` is empty and joined_bias undefined. Each
// weight and bias that requires a gradient gets its part.
at::Tensor joined_linear(const at::Tensor& x, const std::vector<at::Tensor>& weights,
                         const std::vector<at::Tensor>& biases, const at::Tensor& joined,
                         const at::Tensor& joined_bias);

}  // namespace hone::tensor
