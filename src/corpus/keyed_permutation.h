// Permutations that are computed, not stored: entry i of an order of any length costs the same as entry 0, so that a
// run resumes at any place and no index lies in memory.
#pragma once

#include <cstdint>

namespace hone::corpus {

// A permutation of 0 ... size - 1 for each pair of seed and stream (such as an epoch). Several threads may use it.
//
// It is a Feistel network whose halves are numbers below two factors, as in "Ciphers with arbitrary finite domains"
// (Black and Rogaway, CT-RSA 2002, the generalised Feistel cipher), with Philox as the round function. Results that are
// not below `size` are permuted again until one is (cycle walking).
class KeyedPermutation {
 public:
  // `size` is at least 1 and at most 2^62.
  KeyedPermutation(uint64_t seed, uint64_t stream, uint64_t size);

  uint64_t size() const { return size_; }
  // Returns entry `position` of the order; `position` is below size().
  uint64_t operator()(uint64_t position) const;

 private:
  uint64_t permuted_once(uint64_t value) const;
  uint64_t drawn_below(uint64_t limit, uint32_t half, uint32_t round) const;

  uint64_t key_, stream_, size_;
  uint64_t left_, right_;  // the factors; left_ * right_ >= size_
};

}  // namespace hone::corpus
