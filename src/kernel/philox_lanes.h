// Philox4x32-10 with one counter block per lane (reference and paper: base/philox.h). Included once for each
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

// Half of the blocks, each word in the low half of a 64-bit lane, as products of 32 x 32 bits need it. The high halves
// hold the rest of the last product.
struct PhiloxHalf {
  Uints c0, c1, c2, c3;
};

HWY_INLINE Uints high_half(Uints words) {
  const auto wide = hn::RepartitionToWide<UintTag>();
  return hn::BitCast(UintTag(), hn::ShiftRight<32>(hn::BitCast(wide, words)));
}

HWY_INLINE void philox_round(PhiloxHalf& half, Uints key0, Uints key1) {
  const UintTag uints;
  const auto product0 = hn::BitCast(uints, hn::MulEven(half.c0, hn::Set(uints, 0xD2511F53)));
  const auto product1 = hn::BitCast(uints, hn::MulEven(half.c2, hn::Set(uints, 0xCD9E8D57)));
  half = {hn::Xor3(high_half(product1), half.c1, key0), product1, hn::Xor3(high_half(product0), half.c3, key1),
          product0};
}

// Merges the words of the even and the odd blocks into their lanes.
HWY_INLINE Uints both_halves(Uints even, Uints odd) {
  const UintTag uints;
  const auto wide = hn::RepartitionToWide<UintTag>();
  return hn::OddEven(hn::BitCast(uints, hn::ShiftLeft<32>(hn::BitCast(wide, odd))), even);
}

// The constants of a RandomStream as vectors, made once for many blocks.
struct PhiloxPlace {
  static constexpr int kRounds = 10;

  explicit PhiloxPlace(const RandomStream& stream)
      : micro_batch(hn::Set(UintTag(), uint32_t{stream.micro_batch} << 16)),
        site(hn::Set(UintTag(), stream.site)),
        step(hn::Set(UintTag(), stream.step)) {
    uint32_t first = static_cast<uint32_t>(stream.seed), second = static_cast<uint32_t>(stream.seed >> 32);
    for (int round = 0; round < kRounds; ++round) {
      key0[round] = hn::Set(UintTag(), first);
      key1[round] = hn::Set(UintTag(), second);
      first += 0x9E3779B9;
      second += 0xBB67AE85;
    }
  }

  Uints micro_batch, site, step;
  Uints key0[kRounds], key1[kRounds];
};

// Blocks during their computation. Each round depends on the previous one, so kernels interleave two objects to keep
// the processor busy.
class PhiloxBlocks {
 public:
  // Blocks whose counters are `low` and `high` (the block index; `high` has 16 bits) at a place of a run.
  HWY_INLINE PhiloxBlocks(const PhiloxPlace& place, Uints low, Uints high)
      : even_{low, hn::Or(high, place.micro_batch), place.site, place.step},
        odd_{high_half(low), high_half(even_.c1), place.site, place.step} {}

  HWY_INLINE void run_round(const PhiloxPlace& place, int round) {
    philox_round(even_, place.key0[round], place.key1[round]);
    philox_round(odd_, place.key0[round], place.key1[round]);
  }

  HWY_INLINE PhiloxWords words() const {
    return {{both_halves(even_.c0, odd_.c0), both_halves(even_.c1, odd_.c1), both_halves(even_.c2, odd_.c2),
             both_halves(even_.c3, odd_.c3)}};
  }

 private:
  PhiloxHalf even_, odd_;
};

HWY_INLINE PhiloxWords philox_lanes(const PhiloxPlace& place, Uints low, Uints high) {
  PhiloxBlocks blocks(place, low, high);
  HWY_UNROLL(10)
  for (int round = 0; round < PhiloxPlace::kRounds; ++round) blocks.run_round(place, round);
  return blocks.words();
}

}  // namespace hone::kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
