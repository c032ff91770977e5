// Settings of a forward pass: training or not, the number format, and the position in training, on which the draws of
// dropout depend (tensor/dropout.h).
#pragma once

#include <c10/core/ScalarType.h>

#include <cstdint>

#include "base/philox.h"

namespace hone::nn {

struct ForwardContext {
  bool training = false;
  uint64_t seed = 0;
  uint32_t step = 0;
  uint16_t micro_batch = 0;
  c10::ScalarType dtype = c10::ScalarType::Float;  // type of activations; heads compute in float
  bool recomputes_layers = false;                  // backward recomputes intermediate results instead of storing them

  RandomStream stream(uint32_t site) const { return {seed, step, micro_batch, site}; }
};

}  // namespace hone::nn
