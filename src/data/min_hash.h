// Sketches of sets whose bins agree with a probability equal to the Jaccard similarity of the sets, and bands of such
// bins, with which similar sets are found without comparing all pairs (locality-sensitive hashing).
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace hone::data {

inline constexpr size_t kSketchBins = 128;
using SketchBins = std::array<uint32_t, kSketchBins>;

// A "fast similarity sketch" (Dahlgaard, Knudsen and Thorup, FOCS 2017): like MinHash with kSketchBins functions, but
// hashes each element of a large set once instead of kSketchBins times. `elements` are random numbers of 30 bits that
// stand for at least one element; repeating one changes nothing.
//
// Three rounds, the first phase of the paper, spread the elements over all bins; a bin keeps the least hash of the
// first round in which it gets any. In the second phase the bins that are still empty get the least of the hashes of
// all elements, by a function of their own, as in MinHash. So a bin of A and of B holds the same hash if and only if
// the element that is least in A or B is in both, which has the probability |A and B| / |A or B|. The paper has as many
// rounds as bins, which changes only how much time a small set takes.
SketchBins sketch(std::span<const uint32_t> elements);

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
void band_keys(const SketchBins& bins, const Bands& bands, std::span<uint32_t> keys);

}  // namespace hone::data
