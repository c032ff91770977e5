// One word pair of the stream is the seed.
#include "tensor/library_draws.h"

#include <ATen/ATen.h>

#include <mutex>

namespace hone::tensor {

void seed_library_draws(c10::Device device, const RandomStream& stream, double p) {
  if (p == 0) return;
  const PhiloxBlock words = stream.block(0);
  at::Generator generator = at::globalContext().defaultGenerator(device);
  const std::scoped_lock lock(generator.mutex());
  generator.set_current_seed(uint64_t{words[1]} << 32 | words[0]);
}

}  // namespace hone::tensor
