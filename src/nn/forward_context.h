// What a forward pass must know beside its inputs: whether it trains, and where in the run it stands, so that every
// dropout draw has its own place (tensor/dropout.h).
#pragma once

#include <cstdint>

#include "base/philox.h"

namespace hone::nn {

struct ForwardContext {
  bool training = false;
  uint64_t seed = 0;
  uint32_t step = 0;
  uint16_t micro_batch = 0;

  RandomStream stream(uint32_t site) const { return {seed, step, micro_batch, site}; }
};

}  // namespace hone::nn
