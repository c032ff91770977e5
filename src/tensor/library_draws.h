// Seeding of libtorch's own random numbers, for operations of it that draw by themselves.
#pragma once

#include <c10/core/Device.h>

#include "base/philox.h"

namespace hone::tensor {

// Seeds the device's generator from a place in the run, so that the next draw there does not depend on what was drawn
// before. Nothing where p is 0.
void seed_library_draws(c10::Device device, const RandomStream& stream, double p);

}  // namespace hone::tensor
