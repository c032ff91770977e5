#include "kernel/flush_denormals.h"

#include <doctest/doctest.h>

namespace hone::kernel {
namespace {

TEST_CASE("denormal numbers are flushed to 0 during the guard's lifetime, and not after it") {
  volatile float smallest_normal = 1.17549435e-38F, half = 0.5F;
  const auto halved = [&] { return smallest_normal * half; };
  CHECK(halved() > 0);
#if defined(__x86_64__)
  {
    const FlushDenormals guard;
    CHECK(halved() == 0);
    const FlushDenormals nested;
    CHECK(halved() == 0);
  }
#endif
  CHECK(halved() > 0);
}

}  // namespace
}  // namespace hone::kernel
