// x W^T + b where x may be bfloat16 and W is the fp32 master weight. Shapes: T rows, I in, O out features.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

namespace hone::tensor {

// Changes when the weight's values have; 0 for one that only inference has seen.
int64_t version_of(const at::Tensor& weight);

// A weight as the product takes it: for x of bfloat16 a copy of that type, made again when the weight has changed.
class CastWeight {
 public:
  // `weight` in `dtype`: itself where it is of this type. `version` changes when the weight's values have.
  at::Tensor in(const at::Tensor& weight, at::ScalarType dtype, int64_t version);
  at::Tensor in(const at::Tensor& weight, at::ScalarType dtype) { return in(weight, dtype, version_of(weight)); }

 private:
  at::Tensor copy_;
  const void* source_ = nullptr;
  int64_t version_ = -1;
};

// x [*, I], weight [O, I], bias [O] or undefined -> [*, O] of x's type. `cast_weight` is weight in x's type. Gradients
// are of the types of x, weight and bias.
at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& cast_weight, const at::Tensor& bias);

// Several linears of one input in one product. `joined` [sum of O, I] holds the weights one after another, in x's type,
// and joined_bias [sum of O] their biases in x's type; each weight and bias gets its part of the gradient.
at::Tensor joined_linear(const at::Tensor& x, const std::vector<at::Tensor>& weights,
                         const std::vector<at::Tensor>& biases, const at::Tensor& joined,
                         const at::Tensor& joined_bias);

}  // namespace hone::tensor
