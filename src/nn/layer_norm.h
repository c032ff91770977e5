// Layer normalisation over the last dimension. Ba, Kiros, Hinton, "Layer Normalization", arXiv 1607.06450.
#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/api/include/torch/nn/module.h>

#include <cstdint>

namespace hone::nn {

class LayerNorm : public torch::nn::Module {
 public:
  LayerNorm(int64_t width, double eps);

  at::Tensor forward(const at::Tensor& x) const;  // [*, C] -> [*, C]

  at::Tensor weight;  // [C]
  at::Tensor bias;    // [C]

 private:
  double eps_;
};

}  // namespace hone::nn
