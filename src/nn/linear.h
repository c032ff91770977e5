// The linear layer of every model: x W^T + b. The constructor leaves the weights unset; model/load.h loads or draws
// them.
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

  // Returns x W^T without the bias, for operations that add it themselves (tensor/norm.h, tensor/activation.h).
  at::Tensor product(const at::Tensor& x) const;

  // Returns activation(x + bias) W^T for an ActivatedInput. Training does not store the activation
  // (tensor/activated_linear.h). May overwrite the input's x.
  at::Tensor product(ActivatedInput&& input) const;

  at::Tensor weight;  // [out, in]
  at::Tensor bias;    // [out]

 private:
  at::Tensor compute(const at::Tensor& x, const at::Tensor& added_bias) const;

  mutable tensor::CastWeight cast_weight_;
  mutable tensor::PackedWeight packed_weight_;
};

}  // namespace hone::nn
