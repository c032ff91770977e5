// A convolution along the tokens of each sequence of a packed batch. A sequence is padded with zeros, so the result has
// a row for each token. The constructor leaves the weights unset; model/load.h loads or draws them.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "nn/leaf.h"
#include "tensor/packing.h"

namespace hone::nn {

class PackedConvolution : public Leaf {
 public:
  PackedConvolution(int64_t width, int64_t num_taps);  // num_taps is odd

  at::Tensor forward(const at::Tensor& x, const tensor::Packing& packing) const;  // [T, C] -> [T, C], of x's type

  void draw(const Wanted& wanted, double deviation, at::Generator& generator) override;
  void draw_construction(at::Generator& generator) override;

  at::Tensor weight;  // [C, C, taps], as torch.nn.Conv1d's
  at::Tensor bias;    // [C]
};

}  // namespace hone::nn
