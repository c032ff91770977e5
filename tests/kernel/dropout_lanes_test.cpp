#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernel/dropout_lanes_test.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h, which includes this file again.
#include "kernel/dropout_lanes.h"

HWY_BEFORE_NAMESPACE();
namespace hone::kernel::HWY_NAMESPACE {

void copy_factors(const DropoutDraw& draw, uint64_t first, size_t count, float* buffer, float* factors) {
  const float* drawn = factors_in_row(DropoutRule(draw), first, count, buffer);
  for (size_t i = 0; i < count; ++i) factors[i] = drawn[i];
}

}  // namespace hone::kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <doctest/doctest.h>

#include <vector>

#include "kernel/each_level.h"

namespace hone::kernel {
namespace {

TEST_CASE("the factors of a row equal the reference for every start and end") {
  const RandomStream stream{42, 7, 0xFFFF, 5};
  for (const uint64_t first_block : {uint64_t{0}, (uint64_t{1} << 32) - 2}) {
    for (const double p : {0.0, 0.25, 1.0}) {
      const DropoutDraw draw{p, stream, first_block};
      for (const size_t count : {0, 1, 3, 7, 31, 32, 33, 63, 64, 65, 384, 1000}) {
        for (const uint64_t first : {0, 1, 2, 3, 4, 1001}) {
          std::vector<float> expected(count), drawn(count), buffer(factor_buffer_size(count) + 1, -1.0F);
          dropout_factors(draw, first, count, expected.data());
          for_each_vector_level([&] {
            HONE_KERNEL(copy_factors)(draw, first, count, buffer.data(), drawn.data());
            CHECK(drawn == expected);
            CHECK(buffer.back() == -1);
          });
        }
      }
    }
  }
}

}  // namespace
}  // namespace hone::kernel
#endif
