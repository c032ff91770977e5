// Sketches of sets whose bins agree with a probability equal to the Jaccard similarity of the sets, and bands of such
// bins, with which similar sets are found without comparing all pairs (locality-sensitive hashing).
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace hone::data {

inline constexpr size_t kSketchBins = 128;

// The "fast similarity sketch" of Dahlgaard, Knudsen and Thorup (FOCS 2017): like MinHash with kSketchBins functions,
// but hashes each element of a large set once instead of kSketchBins times. `elements` are hashes of at least one
// element; repeating one changes nothing.
std::array<uint64_t, kSketchBins> sketch(std::span<const uint64_t> elements);

// Two sets are candidates if all bins of at least one band agree.
struct Bands {
  int num_bands = 0, bins_per_band = 0;

  // Returns the probability that sets of this similarity are candidates: 1 - (1 - s^r)^b.
  double recall(double similarity) const;
};

// Returns the bands with the most bins, thus the fewest needless candidates, whose recall at `threshold` is at least
// 0.99. `threshold` is above 0 and at most 1.
Bands bands_for(double threshold);

// Writes the key of each band of a sketch to `keys`, which has num_bands entries.
void band_keys(std::span<const uint64_t, kSketchBins> bins, const Bands& bands, std::span<uint32_t> keys);

}  // namespace hone::data
