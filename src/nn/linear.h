// The one linear layer of every model. Its weights are left unset: they are loaded or drawn (model/initialize.h).
#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/api/include/torch/nn/module.h>

#include <cstdint>

namespace hone::nn {

class Linear : public torch::nn::Module {
 public:
  Linear(int64_t in_features, int64_t out_features);

  at::Tensor forward(const at::Tensor& x) const;  // [*, in] -> [*, out]

  at::Tensor weight;  // [out, in]
  at::Tensor bias;    // [out]
};

}  // namespace hone::nn
