#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernel/philox_lanes_test.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h, which includes this file again.
#include "kernel/philox_lanes.h"

HWY_BEFORE_NAMESPACE();
namespace hone::kernel::HWY_NAMESPACE {

// words[w][b]: word w of the block whose index has the halves low[b], high[b]; as many blocks as lanes.
size_t draw_blocks(const RandomStream& stream, const uint32_t* low, const uint32_t* high, uint32_t (*words)[16]) {
  const UintTag uints;
  const PhiloxWords drawn = philox_lanes(PhiloxPlace(stream), hn::LoadU(uints, low), hn::LoadU(uints, high));
  for (int w = 0; w < 4; ++w) hn::StoreU(drawn.word[w], uints, words[w]);
  return kLanes;
}

}  // namespace hone::kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <doctest/doctest.h>

#include "kernel/each_level.h"

namespace hone::kernel {
namespace {

TEST_CASE("each lane draws the words of its block") {
  const RandomStream stream{0x123456789ABCDEF0, 77, 0xBEEF, 13};
  uint32_t low[16], high[16];
  for (uint32_t i = 0; i < 16; ++i) {
    low[i] = 0xFFFFFFF8u + i * 3;
    high[i] = i % 2 == 0 ? i : 0xFFFF;
  }
  for_each_vector_level([&] {
    uint32_t words[4][16];
    const size_t lanes = HONE_KERNEL(draw_blocks)(stream, low, high, words);
    for (size_t b = 0; b < lanes; ++b) {
      const PhiloxBlock expected = stream.block(uint64_t{high[b]} << 32 | low[b]);
      for (size_t w = 0; w < 4; ++w) CHECK(words[w][b] == expected[w]);
    }
  });
}

}  // namespace
}  // namespace hone::kernel
#endif
