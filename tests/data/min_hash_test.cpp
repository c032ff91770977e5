#include "data/min_hash.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace min_hash_test {

using namespace hone::data;

// Sets of random elements: `shared` common ones, and `own` of each alone.
std::pair<std::vector<uint32_t>, std::vector<uint32_t>> sets(size_t shared, size_t own, std::mt19937_64& random) {
  std::vector<uint32_t> a(shared + own), b;
  for (uint32_t& element : a) element = static_cast<uint32_t>(random() >> 34U);
  b = a;
  for (size_t i = shared; i < b.size(); ++i) b[i] = static_cast<uint32_t>(random() >> 34U);
  return {a, b};
}

TEST_CASE("the share of equal bins estimates the Jaccard similarity of small and large sets") {
  std::mt19937_64 random(1);
  for (const size_t size : {10U, 20U, 40U, 70U, 150U, 400U, 4000U}) {
    CAPTURE(size);
    double sum = 0, squares = 0;
    constexpr int kTrials = 400;
    for (int trial = 0; trial < kTrials; ++trial) {
      const auto [a, b] = sets(size * 8 / 10, size / 10, random);
      const auto left = sketch(a), right = sketch(b);
      double equal = 0;
      for (size_t i = 0; i < kSketchBins; ++i) equal += left[i] == right[i];
      sum += equal;
      squares += equal * equal;
    }
    const double mean = sum / kTrials,
                 similarity = static_cast<double>(size * 8 / 10) / static_cast<double>(size * 8 / 10 + 2 * (size / 10));
    CHECK(std::abs(mean / kSketchBins - similarity) < 0.012);
    // Independent bins have sqrt(n s (1 - s)), which is 4.5 for 0.8. More would mean bins that repeat each other.
    CHECK(std::sqrt(squares / kTrials - mean * mean) < 1.15 * std::sqrt(kSketchBins * similarity * (1 - similarity)));
  }
}

// The first sketch of this project, with 64-bit hashes and as many rounds as bins.
std::array<uint64_t, kSketchBins> long_sketch(std::span<const uint32_t> elements) {
  std::array<uint64_t, kSketchBins> bins;
  bins.fill(UINT64_MAX);
  for (uint64_t round = 0; round < 2 * kSketchBins; ++round) {
    for (const uint64_t element : elements) {
      uint64_t hash = element + round * 0x9E3779B97F4A7C15U;
      hash = (hash ^ (hash >> 33)) * 0xFF51AFD7ED558CCDU;
      hash = (hash ^ (hash >> 33)) * 0xC4CEB9FE1A85EC53U;
      hash ^= hash >> 33;
      uint64_t& bin = bins[round < kSketchBins ? hash % kSketchBins : round - kSketchBins];
      bin = std::min(bin, (round << 48) | (hash >> 16));
    }
  }
  return bins;
}

bool share_band(const Bands& bands, const auto& a, const auto& b) {
  for (int band = 0; band < bands.num_bands; ++band) {
    bool agree = true;
    for (int i = 0; i < bands.bins_per_band; ++i) {
      const auto bin = static_cast<size_t>(i * bands.num_bands + band);
      agree = agree && a[bin] == b[bin];
    }
    if (agree) return true;
  }
  return false;
}

// Sets of `size` in their union, of which the share `similarity` is in both.
struct Found {
  int by_keys = 0, by_bins = 0, by_long_sketch = 0;
};

Found found_pairs(size_t size, double similarity, int trials) {
  std::mt19937_64 random(7);
  const Bands bands = bands_for(0.8);
  Found found;
  const auto shared = static_cast<size_t>(std::lround(similarity * static_cast<double>(size)));
  for (int trial = 0; trial < trials; ++trial) {
    const auto [a, b] = sets(shared, (size - shared) / 2, random);
    const auto left = sketch(a), right = sketch(b);
    std::vector<uint32_t> keys(static_cast<size_t>(bands.num_bands)), others = keys;
    band_keys(left, bands, keys);
    band_keys(right, bands, others);
    bool has_key = false;
    for (size_t i = 0; i < keys.size(); ++i) has_key = has_key || keys[i] == others[i];
    found.by_keys += has_key;
    found.by_bins += share_band(bands, left, right);
    found.by_long_sketch += share_band(bands, long_sketch(a), long_sketch(b));
  }
  return found;
}

TEST_CASE("pairs at the threshold are found as often as the stated recall, and as with long hashes") {
  constexpr int kTrials = 1500;
  for (const size_t size : {10U, 20U, 40U, 70U, 150U, 1000U}) {
    CAPTURE(size);
    const Found found = found_pairs(size, 0.8, size < 1000 ? kTrials : 300);
    const int trials = size < 1000 ? kTrials : 300;
    CHECK(found.by_keys == found.by_bins);
    CHECK(found.by_keys >= 0.99 * trials);
    // Both are 0.998 and more; the difference of two such counts has a standard deviation of 2.4.
    CHECK(found.by_keys >= found.by_long_sketch - 8);
  }
}

TEST_CASE("pairs that are less similar become candidates as seldom as by the formula") {
  for (const double similarity : {0.2, 0.4, 0.6}) {
    CAPTURE(similarity);
    constexpr int kTrials = 800;
    const Found found = found_pairs(70, similarity, kTrials);
    const double wanted = bands_for(0.8).recall(similarity);
    CHECK(found.by_keys / static_cast<double>(kTrials) <
          wanted + 4 * std::sqrt(wanted * (1 - wanted) / kTrials) + 0.002);
  }
}

TEST_CASE("every bin is filled, even by one element") {
  const std::vector<uint32_t> one = {7};
  for (const uint32_t bin : sketch(one)) CHECK(bin != UINT32_MAX);
}

// SplitMix64, as the definition draws its functions.
struct Function {
  uint32_t flipped, factor;
};

std::vector<Function> functions(size_t count, uint64_t seed) {
  std::vector<Function> drawn;
  for (size_t i = 0; i < count; ++i) {
    uint64_t x = seed += 0x9E3779B97F4A7C15U;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9U;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBU;
    x ^= x >> 31;
    drawn.push_back({static_cast<uint32_t>(x >> 32), static_cast<uint32_t>(x) | 1});
  }
  return drawn;
}

// The definition, element by element.
SketchBins plain_sketch(std::span<const uint32_t> elements) {
  SketchBins bins;
  bins.fill(UINT32_MAX);
  const auto rounds = functions(3, 1), own = functions(kSketchBins, 2);
  for (uint32_t round = 0; round < 3; ++round) {
    for (const uint32_t element : elements) {
      uint32_t hash = (element ^ rounds[round].flipped) * rounds[round].factor;
      hash = round == 0 ? element : ((hash ^ (hash >> 15)) & 0x3FFFFFFF) | round << 30;
      bins[hash % kSketchBins] = std::min(bins[hash % kSketchBins], hash);
    }
  }
  for (size_t bin = 0; bin < kSketchBins; ++bin) {
    if (bins[bin] != UINT32_MAX) continue;
    for (const uint32_t element : elements) {
      bins[bin] = std::min(bins[bin], (element ^ own[bin].flipped) * own[bin].factor);
    }
  }
  return bins;
}

TEST_CASE("the sketch of sets of every size is that of the definition") {
  std::mt19937_64 random(9);
  for (size_t size = 1; size < 700; size += size < 70 ? 1 : 37) {
    CAPTURE(size);
    std::vector<uint32_t> elements(size);
    for (uint32_t& element : elements) element = static_cast<uint32_t>(random() >> 34U);
    CHECK(sketch(elements) == plain_sketch(elements));
    elements.push_back(elements[size / 2]);
    CHECK(sketch(elements) == plain_sketch(elements));
  }
}

TEST_CASE("bands find 99 % of the pairs at the threshold") {
  for (const double threshold : {0.3, 0.5, 0.8, 0.95, 1.0}) {
    const Bands bands = bands_for(threshold);
    CAPTURE(threshold);
    CHECK(bands.recall(threshold) >= 0.99);
    CHECK(bands.num_bands * bands.bins_per_band <= static_cast<int>(kSketchBins));
  }
  CHECK(bands_for(0.8).bins_per_band == 6);  // 1 - (1 - 0.8^6)^21 = 0.998, and of 7 bins 0.986
  CHECK(bands_for(0.8).num_bands == 21);
}

}  // namespace min_hash_test
