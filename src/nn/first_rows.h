// The row of each sequence's first token, which stands for the sequence.
#pragma once

#include <ATen/core/Tensor.h>

#include "tensor/packing.h"

namespace hone::nn {

// x [T, C] -> [B, C] in float, whatever x is: what follows is small, and computed in float.
at::Tensor first_rows(const at::Tensor& x, const tensor::Packing& packing);

}  // namespace hone::nn
