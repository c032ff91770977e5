// What a forward pass must know beside its inputs: whether it trains, in which number format, and where in the run it
// stands, so that every dropout draw has its own place (tensor/dropout.h).
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
  c10::ScalarType dtype = c10::ScalarType::Float;  // of activations; heads compute in float
  bool recomputes_layers = false;                  // in backward, instead of keeping what they compute

  RandomStream stream(uint32_t site) const { return {seed, step, micro_batch, site}; }
};

}  // namespace hone::nn
