#include "data/min_hash.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace min_hash_test {

using namespace hone::data;

// Sets with `shared` common elements and `own` elements each.
std::pair<std::vector<uint64_t>, std::vector<uint64_t>> sets(uint64_t shared, uint64_t own, uint64_t salt) {
  std::vector<uint64_t> a, b;
  for (uint64_t i = 0; i < shared; ++i) {
    a.push_back(salt * 1'000'000 + i);
    b.push_back(salt * 1'000'000 + i);
  }
  for (uint64_t i = 0; i < own; ++i) {
    a.push_back(salt * 1'000'000 + 500'000 + i);
    b.push_back(salt * 1'000'000 + 700'000 + i);
  }
  return {a, b};
}

TEST_CASE("the share of equal bins estimates the Jaccard similarity of small and large sets") {
  for (const uint64_t size : {10U, 40U, 400U, 4000U}) {
    CAPTURE(size);
    double equal = 0;
    constexpr int kTrials = 60;
    for (uint64_t trial = 0; trial < kTrials; ++trial) {
      const auto [a, b] = sets(size * 8 / 10, size / 10, trial + size * 1000);
      const auto left = sketch(a), right = sketch(b);
      for (size_t i = 0; i < kSketchBins; ++i) equal += left[i] == right[i];
    }
    // 0.8 of the elements are shared, 0.1 are of each set alone.
    CHECK(std::abs(equal / (kTrials * kSketchBins) - 0.8) < 0.03);
  }
}

TEST_CASE("every bin is filled, even by one element") {
  const std::vector<uint64_t> one = {7};
  for (const uint64_t bin : sketch(one)) CHECK(bin != UINT64_MAX);
}

// The definition, element by element.
std::array<uint64_t, kSketchBins> plain_sketch(std::span<const uint64_t> elements) {
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

TEST_CASE("the sketch of sets of every size is that of the definition") {
  std::mt19937_64 random(9);
  for (size_t size = 1; size < 700; size += size < 70 ? 1 : 37) {
    CAPTURE(size);
    std::vector<uint64_t> elements(size);
    for (uint64_t& element : elements) element = random();
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
