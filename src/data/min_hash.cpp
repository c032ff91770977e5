#include "data/min_hash.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "base/vector_clones.h"

namespace hone::data {

namespace {

constexpr double kMinRecall = 0.99;

constexpr size_t kSketchLanes = 8;  // elements, bins or bands that are computed together
constexpr uint32_t kEmpty = UINT32_MAX;

// A hash function of elements that are random numbers: the bits of their product with an odd number.
struct Multiplier {
  uint32_t flipped = 0, factor = 1;
};

// Draws multipliers by SplitMix64.
template <size_t N>
constexpr std::array<Multiplier, N> multipliers(uint64_t seed) {
  std::array<Multiplier, N> drawn;
  for (Multiplier& multiplier : drawn) {
    seed += 0x9E3779B97F4A7C15U;
    uint64_t x = (seed ^ (seed >> 30)) * 0xBF58476D1CE4E5B9U;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBU;
    x ^= x >> 31;
    multiplier = {static_cast<uint32_t>(x >> 32), static_cast<uint32_t>(x) | 1};
  }
  return drawn;
}

constexpr size_t kNumRounds = 3;
constexpr std::array<Multiplier, kNumRounds> kRounds = multipliers<kNumRounds>(1);  // the first one is not used
constexpr std::array<Multiplier, kSketchBins> kOwnFunctions = multipliers<kSketchBins>(2);

// Writes the hashes of num_groups * kSketchLanes elements in this round: its number (2 bits), random bits, and the
// number of a bin (7 bits). So a bin that an earlier round has filled keeps its hash.
HONE_VECTOR_CLONES void hash_in_round(const uint32_t* __restrict elements, size_t num_groups, const Multiplier& random,
                                      uint32_t round, uint32_t* __restrict hashes) {
  const uint32_t flipped = random.flipped, factor = random.factor;
  for (size_t group = 0; group < num_groups; ++group, elements += kSketchLanes, hashes += kSketchLanes) {
    for (size_t i = 0; i < kSketchLanes; ++i) {
      const uint32_t product = (elements[i] ^ flipped) * factor;
      hashes[i] = ((product ^ product >> 15) & 0x3FFFFFFF) | round << 30;
    }
  }
}

// Not in hash_in_round(), because g++ would take the minimum in a vector, which is four times as slow.
void keep_least(std::span<const uint32_t> hashes, SketchBins& bins) {
#pragma GCC unroll 8
  for (const uint32_t hash : hashes) {
    uint32_t& bin = bins[hash % kSketchBins];
    bin = bin >= hash ? hash : bin;  // >= needs one flag of the processor, < two
  }
}

// Empty bins: bit 16 k + i of the words, counted through both, is that of bin i * kSketchLanes + k.
using EmptyBins = std::array<uint64_t, 2>;
static_assert(kSketchBins == 16 * kSketchLanes);

HONE_VECTOR_CLONES void find_empty(const uint32_t* __restrict bins, EmptyBins& empty) {
  using Lanes = uint32_t __attribute__((vector_size(kSketchLanes * sizeof(uint32_t))));
  Lanes found{};
  for (uint32_t group = 0; group < kSketchBins / kSketchLanes; ++group, bins += kSketchLanes) {
    Lanes lanes;
    std::memcpy(&lanes, bins, sizeof(lanes));
    found |= reinterpret_cast<Lanes>(lanes == kEmpty) & (uint32_t{1} << group);
  }
  for (size_t word = 0; word < empty.size(); ++word) {
    const size_t lane = 4 * word;
    empty[word] = found[lane] | found[lane + 1] << 16 | (found[lane + 2] | uint64_t{found[lane + 3]} << 16) << 32;
  }
}

// Writes the least hash of the elements by each of the functions, num_groups * kSketchLanes of them.
HONE_VECTOR_CLONES void find_least(const uint32_t* __restrict elements, size_t num_elements,
                                   const uint32_t* __restrict flipped, const uint32_t* __restrict factors,
                                   size_t num_groups, uint32_t* __restrict least) {
  for (size_t group = 0; group < num_groups;
       ++group, flipped += kSketchLanes, factors += kSketchLanes, least += kSketchLanes) {
    std::array<uint32_t, kSketchLanes> found;
    found.fill(UINT32_MAX);
    for (size_t at = 0; at < num_elements; ++at) {
      for (size_t i = 0; i < kSketchLanes; ++i) {
        const uint32_t hash = (elements[at] ^ flipped[i]) * factors[i];
        found[i] = hash < found[i] ? hash : found[i];
      }
    }
    for (size_t i = 0; i < kSketchLanes; ++i) least[i] = found[i];
  }
}

void spread(std::span<const uint32_t> elements, uint32_t round, SketchBins& bins) {
  if (round == 0) return keep_least(elements, bins);  // they are random, and their two highest bits are 0
  constexpr size_t kBatch = 256;                      // hashes that are kept at the same time
  std::array<uint32_t, kBatch> hashes;
  while (elements.size() >= kSketchLanes) {
    const size_t num_groups = std::min(elements.size(), kBatch) / kSketchLanes, size = num_groups * kSketchLanes;
    hash_in_round(elements.data(), num_groups, kRounds[round], round, hashes.data());
    keep_least(std::span(hashes).first(size), bins);
    elements = elements.subspan(size);
  }
  if (elements.empty()) return;
  std::array<uint32_t, kSketchLanes> last{};
  std::ranges::copy(elements, last.begin());
  hash_in_round(last.data(), 1, kRounds[round], round, hashes.data());
  keep_least(std::span(hashes).first(elements.size()), bins);
}

void fill_empty(std::span<const uint32_t> elements, const EmptyBins& empty, SketchBins& bins) {
  std::array<uint32_t, kSketchBins> flipped, factors, least;
  std::array<uint8_t, kSketchBins> filled;
  size_t count = 0;
  for (size_t word = 0; word < empty.size(); ++word) {
    for (uint64_t bits = empty[word]; bits != 0; bits &= bits - 1, ++count) {
      const size_t bit = 64 * word + static_cast<size_t>(std::countr_zero(bits));
      const size_t bin = bit % 16 * kSketchLanes + bit / 16;
      filled[count] = static_cast<uint8_t>(bin);
      flipped[count] = kOwnFunctions[bin].flipped;
      factors[count] = kOwnFunctions[bin].factor;
    }
  }
  for (size_t i = count; i % kSketchLanes != 0; ++i) flipped[i] = factors[i] = 0;
  find_least(elements.data(), elements.size(), flipped.data(), factors.data(),
             (count + kSketchLanes - 1) / kSketchLanes, least.data());
  for (size_t i = 0; i < count; ++i) bins[filled[i]] = least[i];
}

// Writes the keys of num_groups * kSketchLanes bands: sums of products, because a product need not wait for another.
// Bin i of a band is `num_bands` bins after bin i - 1, so that the bands of a group read bins that stand beside each
// other.
HONE_VECTOR_CLONES void mix_bands(const uint32_t* __restrict bins, size_t num_bands, size_t bins_per_band,
                                  size_t num_groups, uint32_t* __restrict keys) {
  for (size_t group = 0; group < num_groups; ++group, bins += kSketchLanes, keys += kSketchLanes) {
    std::array<uint32_t, kSketchLanes> sums{};
    const uint32_t* bin = bins;
    for (size_t place = 0; place < bins_per_band; ++place, bin += num_bands) {
      const uint32_t factor = kOwnFunctions[place].factor;
      for (size_t i = 0; i < kSketchLanes; ++i) sums[i] += (bin[i] ^ bin[i] >> 16) * factor;
    }
    for (size_t i = 0; i < kSketchLanes; ++i) {
      const uint32_t product = (sums[i] ^ sums[i] >> 15) * 0x85EBCA77U;
      keys[i] = product ^ product >> 16;
    }
  }
}

}  // namespace

SketchBins sketch(std::span<const uint32_t> elements) {
  constexpr size_t kEnough = 2 * kSketchBins;  // elements with which all bins may be filled
  SketchBins bins;
  bins.fill(kEmpty);
  EmptyBins empty;
  for (uint32_t round = 0; round < kNumRounds; ++round) {
    spread(elements, round, bins);
    if ((round + 1) * elements.size() < kEnough && round + 1 < kNumRounds) continue;
    find_empty(bins.data(), empty);
    if ((empty[0] | empty[1]) == 0) return bins;
  }
  fill_empty(elements, empty, bins);
  return bins;
}

double Bands::recall(double similarity) const {
  return 1 - std::pow(1 - std::pow(similarity, bins_per_band), num_bands);
}

Bands bands_for(double threshold) {
  for (int size = static_cast<int>(kSketchBins); size > 1; --size) {
    const Bands bands = {static_cast<int>(kSketchBins) / size, size};
    // Equal sets have equal sketches; a few long bands would also do, but cost the same.
    if (bands.recall(threshold) >= kMinRecall) return bands;
  }
  return {static_cast<int>(kSketchBins), 1};
}

void band_keys(const SketchBins& bins, const Bands& bands, std::span<uint32_t> keys) {
  std::array<uint32_t, kSketchBins + kSketchLanes> padded{}, mixed;
  std::ranges::copy(bins, padded.begin());
  const auto num_bands = static_cast<size_t>(bands.num_bands);
  mix_bands(padded.data(), num_bands, static_cast<size_t>(bands.bins_per_band),
            (num_bands + kSketchLanes - 1) / kSketchLanes, mixed.data());
  std::copy_n(mixed.begin(), num_bands, keys.begin());
}

}  // namespace hone::data
