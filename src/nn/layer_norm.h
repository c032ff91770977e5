// Layer normalisation over the last dimension. Ba, Kiros, Hinton, "Layer Normalization", arXiv 1607.06450.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "base/philox.h"
#include "nn/leaf.h"

namespace hone::nn {

class LayerNorm : public Leaf {
 public:
  LayerNorm(int64_t width, double eps);

  at::Tensor forward(const at::Tensor& x) const;  // [*, C] -> [*, C]

  // Returns the norm of dropout(product + bias) + residual, the end of each half of a layer. bias may be undefined.
  // Overwrites `product`, which nothing else may read.
  at::Tensor forward(const at::Tensor& product, const at::Tensor& bias, const at::Tensor& residual, double p,
                     const RandomStream& stream) const;

  void draw(const Wanted& wanted, double deviation, at::Generator& generator) override;

  double eps() const { return eps_; }

  at::Tensor weight;  // [C]
  at::Tensor bias;    // [C]

 private:
  double eps_;
};

}  // namespace hone::nn
