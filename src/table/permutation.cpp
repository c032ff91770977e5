// numpy's SeedSequence (M. O'Neill's seed_seq design), PCG64 XSL-RR (O'Neill, "PCG", 2014) and its Fisher-Yates with
// masked rejection. Draws below 2^32 use the halves of a 64-bit word, the low half first.
#include "table/permutation.h"

#include <array>
#include <cstddef>
#include <numeric>
#include <utility>

namespace hone::table {

using std::size_t;

namespace {

__extension__ using Word128 = unsigned __int128;

constexpr uint32_t kShift = 16;

struct HashConstant {
  uint32_t value, multiplier;

  uint32_t hash(uint32_t word) {
    word ^= value;
    value *= multiplier;
    word *= value;
    return word ^ (word >> kShift);
  }
};

uint32_t mix(uint32_t x, uint32_t y) {
  const uint32_t result = 0xca01f9ddu * x - 0x4973f715u * y;
  return result ^ (result >> kShift);
}

// SeedSequence(seed).generate_state(4, uint64) for a seed of at most 64 bits.
std::array<uint64_t, 4> seed_state(uint64_t seed) {
  std::array<uint32_t, 4> pool{static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32), 0, 0};
  HashConstant constant{0x43b0d7e5u, 0x931e8875u};
  for (uint32_t& word : pool) word = constant.hash(word);
  for (size_t source = 0; source < pool.size(); ++source) {
    for (size_t target = 0; target < pool.size(); ++target) {
      if (source != target) pool[target] = mix(pool[target], constant.hash(pool[source]));
    }
  }
  HashConstant output{0x8b51f9ddu, 0x58f38dedu};
  std::array<uint64_t, 4> state{};
  for (size_t i = 0; i < 8; ++i) state[i / 2] |= uint64_t{output.hash(pool[i % 4])} << (i % 2 * 32);
  return state;
}

class Pcg64 {
 public:
  explicit Pcg64(uint64_t seed) {
    const auto words = seed_state(seed);
    increment_ = (((Word128{words[2]} << 64) | words[3]) << 1) | 1;
    step();
    state_ += (Word128{words[0]} << 64) | words[1];
    step();
  }

  uint64_t next64() {
    step();
    const uint64_t folded = static_cast<uint64_t>(state_ >> 64) ^ static_cast<uint64_t>(state_);
    const unsigned rotation = static_cast<unsigned>(state_ >> 122);
    return (folded >> rotation) | (folded << (-rotation & 63));
  }

  uint32_t next32() {
    if (has_half_) {
      has_half_ = false;
      return half_;
    }
    const uint64_t word = next64();
    half_ = static_cast<uint32_t>(word >> 32);
    has_half_ = true;
    return static_cast<uint32_t>(word);
  }

  // A number in [0, maximum]; numpy's random_interval.
  uint64_t interval(uint64_t maximum) {
    if (maximum == 0) return 0;
    const uint64_t mask = ~uint64_t{0} >> __builtin_clzll(maximum);
    const bool small = maximum <= 0xffffffffu;
    for (;;) {
      const uint64_t value = (small ? next32() : next64()) & mask;
      if (value <= maximum) return value;
    }
  }

 private:
  void step() {
    constexpr Word128 kMultiplier = (Word128{2549297995355413924ULL} << 64) | 4865540595714422341ULL;
    state_ = state_ * kMultiplier + increment_;
  }

  Word128 state_ = 0, increment_ = 0;
  uint32_t half_ = 0;
  bool has_half_ = false;
};

}  // namespace

std::vector<uint64_t> permutation(uint64_t seed, uint64_t size) {
  std::vector<uint64_t> order(size);
  std::iota(order.begin(), order.end(), uint64_t{0});
  Pcg64 generator(seed);
  for (uint64_t i = size; i-- > 1;) std::swap(order[i], order[generator.interval(i)]);
  return order;
}

}  // namespace hone::table
