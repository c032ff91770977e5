#include "data/min_hash.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/vector_clones.h"

namespace hone::data {

namespace {

constexpr double kMinRecall = 0.99;

// Returns a hash of the element that is independent of those of other rounds (the finalizer of MurmurHash3).
inline uint64_t hash_in_round(uint64_t element, uint64_t round) {
  uint64_t x = element + round * 0x9E3779B97F4A7C15U;
  x = (x ^ (x >> 33)) * 0xFF51AFD7ED558CCDU;
  x = (x ^ (x >> 33)) * 0xC4CEB9FE1A85EC53U;
  return x ^ (x >> 33);
}

constexpr size_t kElementsInGroup = 8;  // elements that are hashed together
constexpr size_t kHashesInBatch = 256;  // hashes that are kept at the same time

// Writes the hashes of num_groups * kElementsInGroup elements.
HONE_VECTOR_CLONES void hash_element_groups(const uint64_t* __restrict elements, size_t num_groups, uint64_t round,
                                            uint64_t* __restrict hashes) {
  for (size_t group = 0; group < num_groups; ++group, elements += kElementsInGroup, hashes += kElementsInGroup) {
    for (size_t i = 0; i < kElementsInGroup; ++i) hashes[i] = hash_in_round(elements[i], round);
  }
}

// Writes a byte for each kElementsInGroup hashes: bit i is that of the bin of hash i among those of the 128 bins.
HONE_VECTOR_CLONES void find_in_bins(const uint64_t* __restrict hashes, size_t num_groups, uint64_t low_bins,
                                     uint64_t high_bins, uint8_t* __restrict found) {
  static_assert(kSketchBins == 128);
  for (size_t group = 0; group < num_groups; ++group, hashes += kElementsInGroup) {
    uint64_t bits = 0;
    for (size_t i = 0; i < kElementsInGroup; ++i) {
      const uint64_t bins = (hashes[i] & 64) != 0 ? high_bins : low_bins;
      bits |= (bins >> (hashes[i] & 63) & 1) << i;
    }
    found[group] = static_cast<uint8_t>(bits);
  }
}

// Calls use(hashes) for the hashes of all elements, in batches. The last element may occur several times.
template <typename Use>
void for_each_batch(std::span<const uint64_t> elements, uint64_t round, const Use& use) {
  std::array<uint64_t, kHashesInBatch> hashes;
  while (elements.size() >= kElementsInGroup) {
    const size_t num_groups = std::min(elements.size(), kHashesInBatch) / kElementsInGroup;
    hash_element_groups(elements.data(), num_groups, round, hashes.data());
    use(std::span<const uint64_t>(hashes.data(), num_groups * kElementsInGroup));
    elements = elements.subspan(num_groups * kElementsInGroup);
  }
  if (elements.empty()) return;
  std::array<uint64_t, kElementsInGroup> last;
  last.fill(elements.back());
  std::ranges::copy(elements, last.begin());
  hash_element_groups(last.data(), 1, round, hashes.data());
  use(std::span<const uint64_t>(hashes.data(), kElementsInGroup));
}

// The bins while they are filled, round by round. The values of a round are smaller than those of the next one, so a
// bin changes only in the round that fills it.
class Sketch {
 public:
  Sketch() {
    bins_.fill(UINT64_MAX);
    open_.fill(UINT64_MAX);
  }

  size_t num_open() const { return num_open_; }
  const std::array<uint64_t, kSketchBins>& bins() const { return bins_; }

  // Round 0, in which every bin is open.
  void spread_first(std::span<const uint64_t> elements) {
    for_each_batch(elements, 0, [this](std::span<const uint64_t> hashes) {
      for (const uint64_t hash : hashes) {
        const uint64_t value = hash >> 16, least = bins_[hash % kSketchBins];
        bins_[hash % kSketchBins] = value < least ? value : least;
      }
    });
    open_ = {};
    num_open_ = 0;
    for (size_t bin = 0; bin < kSketchBins; ++bin) {  // without a branch, because nothing predicts it
      const uint64_t is_empty = bins_[bin] == UINT64_MAX;
      open_[bin / 64] |= is_empty << bin % 64;
      num_open_ += is_empty;
    }
  }

  void spread(std::span<const uint64_t> elements, uint64_t round) {
    const std::array<uint64_t, kSketchBins / 64> open = open_;  // a bin of this round may get smaller values
    for_each_batch(elements, round, [&](std::span<const uint64_t> hashes) {
      std::array<uint64_t, kHashesInBatch / 64> found{};
      find_in_bins(hashes.data(), hashes.size() / kElementsInGroup, open[0], open[1],
                   reinterpret_cast<uint8_t*>(found.data()));
      for (size_t word = 0; word < found.size(); ++word) {
        for (uint64_t bits = found[word]; bits != 0; bits &= bits - 1) {
          add(hashes[64 * word + static_cast<size_t>(std::countr_zero(bits))], round);
        }
      }
    });
  }

  void fill(size_t bin, std::span<const uint64_t> elements) {
    if (!is_open(bin)) return;
    const uint64_t round = kSketchBins + bin;
    uint64_t least = UINT64_MAX;
    for (const uint64_t element : elements) least = std::min(least, hash_in_round(element, round));
    bins_[bin] = (round << 48) | (least >> 16);
    close(bin);
  }

 private:
  void add(uint64_t hash, uint64_t round) {
    const size_t bin = hash % kSketchBins;
    bins_[bin] = std::min(bins_[bin], (round << 48) | (hash >> 16));
    if (is_open(bin)) close(bin);
  }
  bool is_open(size_t bin) const { return (open_[bin / 64] >> bin % 64 & 1) != 0; }
  void close(size_t bin) {
    open_[bin / 64] ^= uint64_t{1} << bin % 64;
    --num_open_;
  }

  std::array<uint64_t, kSketchBins> bins_;
  std::array<uint64_t, kSketchBins / 64> open_;  // a bit for each bin in which no element is
  size_t num_open_ = kSketchBins;
};

}  // namespace

std::array<uint64_t, kSketchBins> sketch(std::span<const uint64_t> elements) {
  Sketch sketch;
  // The first rounds spread the elements over all bins. Round kSketchBins + i puts every element into bin i, so that
  // after twice as many rounds every bin is filled.
  sketch.spread_first(elements);
  for (uint64_t round = 1; round < kSketchBins && sketch.num_open() > 0; ++round) sketch.spread(elements, round);
  for (size_t bin = 0; bin < kSketchBins && sketch.num_open() > 0; ++bin) sketch.fill(bin, elements);
  return sketch.bins();
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
