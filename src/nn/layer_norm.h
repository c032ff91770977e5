// Layer normalisation over the last dimension. Ba, Kiros, Hinton, "Layer Normalization", arXiv 1607.06450.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "base/philox.h"
#include "nn/leaf.h"
#include "tensor/norm.h"

namespace hone::nn {

class LayerNorm : public Leaf {
 public:
  LayerNorm(int64_t width, double eps, bool has_bias = true);

  at::Tensor forward(const at::Tensor& x) const;  // [*, C] -> [*, C]

  // Returns the norm of dropout(product + bias) + residual, the end of each half of a layer. bias may be undefined.
  // Overwrites `product`, which nothing else may read.
  at::Tensor forward(const at::Tensor& product, const at::Tensor& bias, const at::Tensor& residual, double p,
                     const RandomStream& stream) const;

  // Returns the sum of a pre-norm layer's first half, residual + dropout(product + bias), and the norm of the sum.
  // Overwrites `product`, as above.
  tensor::NormResult sum_and_norm(const at::Tensor& product, const at::Tensor& bias, const at::Tensor& residual,
                                  double p, const RandomStream& stream) const;

  void draw(const Wanted& wanted, double deviation, at::Generator& generator) override;

  double eps() const { return eps_; }

  at::Tensor weight;  // [C]
  at::Tensor bias;    // [C], or undefined

 private:
  double eps_;
};

}  // namespace hone::nn
