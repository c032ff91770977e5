#include "nn/forward_context.h"

#include <doctest/doctest.h>

using namespace hone;

TEST_CASE("a context's random numbers depend on seed, step, micro-batch and site") {
  const nn::ForwardContext context{true, 42, 3, 1};
  const RandomStream stream = context.stream(7);
  CHECK(stream.seed == 42);
  CHECK(stream.step == 3);
  CHECK(stream.micro_batch == 1);
  CHECK(stream.site == 7);
}
