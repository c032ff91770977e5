#include "corpus/keyed_permutation.h"

#include <cmath>

#include "base/error.h"
#include "base/philox.h"

namespace hone::corpus {

namespace {

// Draws of dropout have the seed itself as key.
constexpr uint64_t kPermutationKey = 0x636F72707573'0001;
// Small halves mix slowly: ten rounds are not enough for all orders of five elements to be equally frequent.
constexpr uint64_t kSmallSize = 4096;
constexpr uint32_t kSmallRounds = 24, kLargeRounds = 8;
constexpr uint64_t kMaxSize = uint64_t{1} << 62;

}  // namespace

KeyedPermutation::KeyedPermutation(uint64_t seed, uint64_t stream, uint64_t size)
    : key_(seed ^ kPermutationKey), stream_(stream), size_(size) {
  check_internal(size >= 1 && size <= kMaxSize, "a permutation of no or too many elements");
  auto root = static_cast<uint64_t>(std::sqrt(static_cast<double>(size)));
  while (root * root < size) ++root;
  // Turning an odd number of elements is an even permutation: with two odd factors, half of all orders would not occur.
  left_ = root + root % 2;
  right_ = (size + left_ - 1) / left_;
}

uint64_t KeyedPermutation::drawn_below(uint64_t limit, uint32_t half, uint32_t round) const {
  const PhiloxBlock block =
      philox(key_, {half, round, static_cast<uint32_t>(stream_), static_cast<uint32_t>(stream_ >> 32)});
  // The upper half of a 64-bit draw times the limit, which is at most 2^32.
  return (uint64_t{block[0]} * limit + (uint64_t{block[1]} * limit >> 32)) >> 32;
}

uint64_t KeyedPermutation::permuted_once(uint64_t value) const {
  uint64_t left = value % left_, right = value / left_;
  const uint32_t num_rounds = size_ <= kSmallSize ? kSmallRounds : kLargeRounds;
  for (uint32_t round = 0; round < num_rounds; round += 2) {
    left += drawn_below(left_, static_cast<uint32_t>(right), round);
    if (left >= left_) left -= left_;
    right += drawn_below(right_, static_cast<uint32_t>(left), round + 1);
    if (right >= right_) right -= right_;
  }
  return right * left_ + left;
}

uint64_t KeyedPermutation::operator()(uint64_t position) const {
  uint64_t value = permuted_once(position);
  while (value >= size_) value = permuted_once(value);
  return value;
}

}  // namespace hone::corpus
