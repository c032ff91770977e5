// The input of a text model: the tokens of all sequences, packed one after another.
#pragma once

#include <ATen/core/Tensor.h>

#include "tensor/packing.h"

namespace hone::model {

struct TextBatch {
  at::Tensor input_ids;       // [T] int64
  at::Tensor token_type_ids;  // [T] int64, or undefined: all 0. Ignored by families without token types.
  tensor::Packing packing;
};

}  // namespace hone::model
