// What stands for a whole sequence in the output of a body.
#pragma once

#include <ATen/core/Tensor.h>

#include <span>
#include <string_view>

#include "model/inputs.h"

namespace hone::model {

// A row of the table of poolings. The names are those of sentence-transformers' "pooling_mode".
struct Pooling {
  std::string_view name, doc;
  // [T, C] -> [B, C], in float.
  at::Tensor (*apply)(const Hidden& hidden);
  bool reads_first_tokens = false;  // and no others
};

std::span<const Pooling> poolings();

// Throws kUsage for an unknown name; the hint has the nearest one.
const Pooling& find_pooling(std::string_view name);

}  // namespace hone::model
