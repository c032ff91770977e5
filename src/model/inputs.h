// The input of a model. A family reads the parts that it needs.
#pragma once

#include <ATen/core/Tensor.h>

#include "tensor/packing.h"

namespace hone::model {

// The tokens of all sequences of a batch, packed one after another.
struct Tokens {
  at::Tensor ids;       // [T] int64
  at::Tensor type_ids;  // [T] int64, or undefined: all 0. Ignored by families without token types.
  tensor::Packing packing;
};

struct Inputs {
  Tokens text;
};

}  // namespace hone::model
