// The hashes of a text's shingles from which its sketch is made (min_hash.h).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "data/compared_text.h"

namespace hone::data {

// Hashes one text after the other, in memory that it keeps. The shingles are those of shingles.h, but their hashes have
// only 30 bits, because twice as many of them are computed at the same time. Two shingles have the same hash with a
// probability of 2^-30, which only makes two sketches look more alike; pairs of texts are compared by longer hashes.
class SketchHashes {
 public:
  // Returns the hashes of all shingles, in the order of the text. Empty if there are no characters.
  std::span<const uint32_t> of(const ComparedText& text);

  // Frees the memory if a very long text took more than 4 MiB.
  void release_large();

 private:
  void hash_wide(const ComparedText& text);

  std::vector<uint32_t> symbols_, hashes_;
  size_t num_hashes_ = 0;
};

}  // namespace hone::data
