// The factors of dropout for part of a draw, for kernels that apply dropout within a sweep. Included once for each
// instruction set.
#if defined(HONE_KERNEL_DROPOUT_LANES_H) == defined(HWY_TARGET_TOGGLE)
#ifdef HONE_KERNEL_DROPOUT_LANES_H
#undef HONE_KERNEL_DROPOUT_LANES_H
#else
#define HONE_KERNEL_DROPOUT_LANES_H
#endif

#include "kernel/dropout.h"
#include "kernel/philox_lanes.h"

HWY_BEFORE_NAMESPACE();
namespace hone::kernel::HWY_NAMESPACE {

// A draw's constants as vectors. At p = 1 the threshold does not fit into 32 bits; a scale of 0 then drops all
// elements.
struct DropoutRule {
  explicit DropoutRule(const DropoutDraw& draw)
      : place(draw.stream),
        first_block(draw.first_block),
        threshold(drop_threshold(draw.p) > UINT32_MAX ? 0 : static_cast<uint32_t>(drop_threshold(draw.p))),
        scale(drop_threshold(draw.p) > UINT32_MAX ? 0.0F : static_cast<float>(keep_scale(draw.p))) {}

  PhiloxPlace place;
  uint64_t first_block;
  uint32_t threshold;
  float scale;
};

constexpr size_t kDropoutGroup = 4 * kLanes;  // elements of one draw: a block per lane

// Writes the factors of the elements 4 * block ... 4 * block + kDropoutGroup - 1 in order: 0 or scale.
HWY_INLINE void dropout_group(const DropoutRule& rule, uint64_t block, float* factors) {
  const UintTag uints;
  block += rule.first_block;
  const auto base = hn::Set(uints, static_cast<uint32_t>(block));
  const auto low = hn::Add(base, hn::Iota(uints, 0));
  const auto carry = hn::IfThenElseZero(hn::Lt(low, base), hn::Set(uints, 1));
  const auto high = hn::Add(hn::Set(uints, static_cast<uint32_t>(block >> 32)), carry);
  const PhiloxWords words = philox_lanes(rule.place, low, hn::And(high, hn::Set(uints, 0xFFFF)));
  const auto bound = hn::Set(uints, rule.threshold);
  const auto scale = hn::Set(kFloats, rule.scale);
  const auto factor = [&](Uints word)
                          HWY_ATTR { return hn::IfThenZeroElse(hn::RebindMask(kFloats, hn::Lt(word, bound)), scale); };
  hn::StoreInterleaved4(factor(words.word[0]), factor(words.word[1]), factor(words.word[2]), factor(words.word[3]),
                        kFloats, factors);
}

// Returns the factors of elements first ... first + count - 1, for any first and count: a pointer into `buffer`, which
// has factor_buffer_size(count) floats.
HWY_INLINE const float* factors_in_row(const DropoutRule& rule, uint64_t first, size_t count, float* buffer) {
  const size_t skipped = first % 4;
  for (size_t done = 0; done < skipped + count; done += kDropoutGroup) {
    dropout_group(rule, (first + done) / 4, buffer + done);
  }
  return buffer + skipped;
}

}  // namespace hone::kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
