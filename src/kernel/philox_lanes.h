// Philox4x32-10 for one counter block a lane (base/philox.h has the plain form and the paper). Included once for each
// instruction set.
#if defined(HONE_KERNEL_PHILOX_LANES_H) == defined(HWY_TARGET_TOGGLE)
#ifdef HONE_KERNEL_PHILOX_LANES_H
#undef HONE_KERNEL_PHILOX_LANES_H
#else
#define HONE_KERNEL_PHILOX_LANES_H
#endif

#include "base/philox.h"
#include "kernel/lanes.h"

HWY_BEFORE_NAMESPACE();
namespace hone::kernel::HWY_NAMESPACE {

struct PhiloxWords {
  Uints word[4];  // word[w] lane b: word w of block b
};

// The 64-bit products of all lanes, as low and high halves.
HWY_INLINE void multiply_wide(Uints a, uint32_t factor, Uints& low, Uints& high) {
  const UintTag uints;
  const auto wide = hn::RepartitionToWide<UintTag>();
  const auto factors = hn::Set(uints, factor);
  const auto even = hn::MulEven(a, factors);
  const auto odd = hn::MulEven(hn::BitCast(uints, hn::ShiftRight<32>(hn::BitCast(wide, a))), factors);
  low = hn::OddEven(hn::BitCast(uints, hn::ShiftLeft<32>(odd)), hn::BitCast(uints, even));
  high = hn::OddEven(hn::BitCast(uints, odd), hn::BitCast(uints, hn::ShiftRight<32>(even)));
}

// Words of the blocks whose counters are `low` and `high` (the block index; `high` has 16 bits) at a place of a run.
HWY_INLINE PhiloxWords philox_lanes(const RandomStream& stream, Uints low, Uints high) {
  const UintTag uints;
  auto c0 = low, c1 = hn::Or(high, hn::Set(uints, uint32_t{stream.micro_batch} << 16));
  auto c2 = hn::Set(uints, stream.site), c3 = hn::Set(uints, stream.step);
  uint32_t key0 = static_cast<uint32_t>(stream.seed), key1 = static_cast<uint32_t>(stream.seed >> 32);
  for (int round = 0; round < 10; ++round) {
    Uints low0, high0, low1, high1;
    multiply_wide(c0, 0xD2511F53, low0, high0);
    multiply_wide(c2, 0xCD9E8D57, low1, high1);
    c0 = hn::Xor(hn::Xor(high1, c1), hn::Set(uints, key0));
    c2 = hn::Xor(hn::Xor(high0, c3), hn::Set(uints, key1));
    c1 = low1;
    c3 = low0;
    key0 += 0x9E3779B9;
    key1 += 0xBB67AE85;
  }
  return {{c0, c1, c2, c3}};
}

}  // namespace hone::kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
