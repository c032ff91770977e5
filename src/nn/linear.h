// The linear layer of every model: x W^T + b. The constructor leaves the weights unset: they are loaded or drawn
// (model/initialize.h).
#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/api/include/torch/nn/module.h>

#include <cstdint>

#include "nn/activation.h"
#include "tensor/linear.h"
#include "tensor/packed_linear.h"

namespace hone::nn {

class Linear : public torch::nn::Module {
 public:
  Linear(int64_t in_features, int64_t out_features);

  at::Tensor forward(const at::Tensor& x) const;  // [*, in] -> [*, out], of x's type

  // Without the bias, for operations that add it themselves (tensor/norm.h, tensor/activation.h).
  at::Tensor product(const at::Tensor& x) const;

  // The same for activation(x + its bias), which training does not keep (tensor/activated_linear.h). Consumes the
  // input's x.
  at::Tensor product(ActivatedInput&& input) const;

  at::Tensor weight;  // [out, in]
  at::Tensor bias;    // [out]

 private:
  at::Tensor compute(const at::Tensor& x, const at::Tensor& added_bias) const;

  mutable tensor::CastWeight cast_weight_;
  mutable tensor::PackedWeight packed_weight_;
};

}  // namespace hone::nn
