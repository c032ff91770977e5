#include "data/min_hash.h"

#include <algorithm>
#include <cmath>

namespace hone::data {

namespace {

constexpr double kMinRecall = 0.99;

// Returns a hash of the element that is independent of those of other rounds (the finalizer of MurmurHash3).
uint64_t hash_in_round(uint64_t element, uint64_t round) {
  uint64_t x = element + round * 0x9E3779B97F4A7C15U;
  x = (x ^ (x >> 33)) * 0xFF51AFD7ED558CCDU;
  x = (x ^ (x >> 33)) * 0xC4CEB9FE1A85EC53U;
  return x ^ (x >> 33);
}

}  // namespace

std::array<uint64_t, kSketchBins> sketch(std::span<const uint64_t> elements) {
  std::array<uint64_t, kSketchBins> bins;
  bins.fill(UINT64_MAX);
  size_t num_filled = 0;
  // The first rounds spread the elements over all bins. Round kSketchBins + i puts every element into bin i, so that
  // after twice as many rounds every bin is filled. Values of earlier rounds are smaller.
  for (uint64_t round = 0; round < 2 * kSketchBins && num_filled < kSketchBins; ++round) {
    for (const uint64_t element : elements) {
      const uint64_t hash = hash_in_round(element, round);
      const size_t bin = round < kSketchBins ? hash % kSketchBins : round - kSketchBins;
      const uint64_t value = (round << 48) | (hash >> 16);
      num_filled += bins[bin] == UINT64_MAX;
      bins[bin] = std::min(bins[bin], value);
    }
  }
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

void band_keys(std::span<const uint64_t, kSketchBins> bins, const Bands& bands, std::span<uint32_t> keys) {
  size_t bin = 0;
  for (uint32_t& key : keys) {
    uint64_t hash = 0;
    for (int i = 0; i < bands.bins_per_band; ++i) hash = hash_in_round(hash ^ bins[bin++], 1);
    key = static_cast<uint32_t>(hash >> 32);
  }
}

}  // namespace hone::data
