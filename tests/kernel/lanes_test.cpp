#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernel/lanes_test.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h, which includes this file again.
#include "kernel/lanes.h"

HWY_BEFORE_NAMESPACE();
namespace hone::kernel::HWY_NAMESPACE {

void round_trip(const float* from, BFloat16* halves, float* back, size_t count) {
  for (size_t i = 0; i < count; i += kLanes) store(load(from + i), halves + i);
  for (size_t i = 0; i < count; i += kLanes) store(load(halves + i), back + i);
}

void copy_first(const float* from, float* to, size_t count) { store_first(load_first(from, count), to, count); }

size_t lanes_of_target() { return kLanes; }

}  // namespace hone::kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <doctest/doctest.h>

#include <array>
#include <limits>

#include "kernel/each_level.h"

namespace hone::kernel {
namespace {

TEST_CASE("vectors round to bfloat16 as the plain function does") {
  std::array<float, 32> values{};
  uint32_t bits = 12345;
  for (float& value : values) {
    bits = bits * 1664525 + 1013904223;
    value = std::bit_cast<float>(bits);
  }
  values[0] = std::numeric_limits<float>::quiet_NaN();
  values[1] = std::numeric_limits<float>::infinity();
  values[2] = std::bit_cast<float>(0x3F808000u);
  values[3] = std::bit_cast<float>(0x3F818000u);
  for_each_vector_level([&] {
    std::array<BFloat16, 32> halves{};
    std::array<float, 32> back{};
    HONE_KERNEL(round_trip)(values.data(), halves.data(), back.data(), values.size());
    for (size_t i = 0; i < values.size(); ++i) {
      CHECK(halves[i].bits == to_bfloat16(values[i]).bits);
      CHECK(std::bit_cast<uint32_t>(back[i]) == uint32_t{halves[i].bits} << 16);
    }
  });
}

TEST_CASE("partial loads and stores touch no other memory") {
  for_each_vector_level([] {
    for (size_t count = 0; count < HONE_KERNEL(lanes_of_target)(); ++count) {
      std::array<float, 17> from{}, to{};
      from.fill(2);
      to.fill(-1);
      HONE_KERNEL(copy_first)(from.data(), to.data(), count);
      for (size_t i = 0; i < to.size(); ++i) CHECK(to[i] == (i < count ? 2 : -1));
    }
  });
}

}  // namespace
}  // namespace hone::kernel
#endif
