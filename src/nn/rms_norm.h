// Root-mean-square normalisation over the last dimension. Zhang, Sennrich, arXiv 1910.07467.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "base/philox.h"
#include "nn/leaf.h"
#include "tensor/norm.h"

namespace hone::nn {

// kOne: x / rms(x) * (1 + weight), so new weights are 0 (Gemma).
enum class RmsCentre { kZero, kOne };

class RmsNorm : public Leaf {
 public:
  RmsNorm(int64_t width, double eps, RmsCentre centre = RmsCentre::kZero);

  at::Tensor forward(const at::Tensor& x) const;  // [*, C] -> [*, C]

  // Returns the sum of a pre-norm layer's first half, residual + dropout(product + bias), and the norm of the sum. bias
  // may be undefined. Overwrites `product`, which nothing else may read.
  tensor::NormResult sum_and_norm(const at::Tensor& product, const at::Tensor& bias, const at::Tensor& residual,
                                  double p, const RandomStream& stream) const;

  void draw(const Wanted& wanted, double deviation, at::Generator& generator) override;

  at::Tensor weight;  // [C]

 private:
  at::Tensor factors() const;  // [C]: what the normalised row is multiplied by

  double eps_;
  RmsCentre centre_;
};

}  // namespace hone::nn
