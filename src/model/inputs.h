// The input of a model, of which a family reads the parts that it needs, and the output of its body.
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

// The output of a body.
struct Hidden {
  at::Tensor tokens;        // [T, C]
  tensor::Packing packing;  // of tokens
  at::Tensor pooled;        // [B, C] in float, one row for each sequence; undefined if the body has no pooler
};

}  // namespace hone::model
