// Philox4x32-10: random numbers as a pure function of (key, counter). Dropout is therefore equal at any number of
// threads, and backward can draw it again. Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
#pragma once

#include <array>
#include <cstdint>

namespace hone {

using PhiloxBlock = std::array<uint32_t, 4>;

// Returns the four random words of one counter value.
inline PhiloxBlock philox(uint64_t key, PhiloxBlock counter) {
  constexpr uint32_t kMultiplier0 = 0xD2511F53, kMultiplier1 = 0xCD9E8D57;
  constexpr uint32_t kWeyl0 = 0x9E3779B9, kWeyl1 = 0xBB67AE85;
  uint32_t key0 = static_cast<uint32_t>(key), key1 = static_cast<uint32_t>(key >> 32);
  for (int round = 0; round < 10; ++round) {
    const uint64_t product0 = uint64_t{kMultiplier0} * counter[0];
    const uint64_t product1 = uint64_t{kMultiplier1} * counter[2];
    counter = {static_cast<uint32_t>(product1 >> 32) ^ counter[1] ^ key0, static_cast<uint32_t>(product1),
               static_cast<uint32_t>(product0 >> 32) ^ counter[3] ^ key1, static_cast<uint32_t>(product0)};
    key0 += kWeyl0;
    key1 += kWeyl1;
  }
  return counter;
}

// The position of a draw in a run: (seed, step, micro-batch, site). Element i of the draw is word i % 4 of block i / 4.
// The micro-batch shares a counter word with the high bits of the block index: at most 2^16 micro-batches
// in a step and 2^50 elements at a site.
struct RandomStream {
  uint64_t seed = 0;
  uint32_t step = 0;
  uint16_t micro_batch = 0;
  uint32_t site = 0;

  PhiloxBlock block(uint64_t block_index) const {
    const uint32_t high = static_cast<uint32_t>(block_index >> 32) & 0xFFFFu;
    return philox(seed, {static_cast<uint32_t>(block_index), high | (uint32_t{micro_batch} << 16), site, step});
  }
  uint32_t word(uint64_t element) const { return block(element / 4)[element % 4]; }
};

}  // namespace hone
