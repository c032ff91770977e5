// The merges of a BPE model: which two tokens become which one, and how early. A hash table with open addressing.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace hone::text {

struct Merge {
  static constexpr uint32_t kNever = UINT32_MAX;
  uint32_t rank = kNever;  // the number of the merge; lower ranks come first
  int32_t id = -1;         // the token that the two become
};

class MergeTable {
 public:
  explicit MergeTable(size_t num_merges) {
    const size_t num_slots = std::bit_ceil(2 * num_merges + 2);
    shift_ = 64 - std::countr_zero(num_slots);
    slots_.resize(num_slots);
    filter_.resize(num_slots / 8 + 1);
  }

  // At most num_merges pairs can be set. If a pair is set twice, its later merge is used.
  void set(int32_t left, int32_t right, Merge merge) {
    const uint64_t pair = key(left, right), hash = hash_of(pair);
    slots_[slot_of(pair, hash)] = {pair, merge};
    filter_[filter_bit(hash) / 64] |= uint64_t{1} << filter_bit(hash) % 64;
  }

  // Returns a merge of rank kNever if the two tokens do not merge.
  Merge find(int32_t left, int32_t right) const {
    const uint64_t pair = key(left, right), hash = hash_of(pair);
    if ((filter_[filter_bit(hash) / 64] >> filter_bit(hash) % 64 & 1) == 0) return {};
    return slots_[slot_of(pair, hash)].merge;
  }

  // Calls visit(left, right) for each pair.
  template <typename Visit>
  void for_each(const Visit& visit) const {
    for (const Slot& slot : slots_) {
      if (slot.key != kEmpty) visit(static_cast<int32_t>(slot.key >> 32), static_cast<int32_t>(slot.key));
    }
  }

 private:
  static constexpr uint64_t kEmpty = UINT64_MAX;  // ids are not negative, so no pair has this key

  struct Slot {
    uint64_t key = kEmpty;
    Merge merge;
  };

  static uint64_t key(int32_t left, int32_t right) {
    return static_cast<uint64_t>(static_cast<uint32_t>(left)) << 32 | static_cast<uint32_t>(right);
  }

  static uint64_t hash_of(uint64_t pair) { return (pair ^ pair >> 29) * 0x9E3779B97F4A7C15u; }

  // The filter has eight bits for each slot, so that it fits into a faster cache than the slots.
  size_t filter_bit(uint64_t hash) const { return hash >> (shift_ - 3); }

  // Returns the slot that has this key, or the empty one where it would be.
  size_t slot_of(uint64_t wanted, uint64_t hash) const {
    size_t slot = hash >> shift_;
    while (slots_[slot].key != wanted && slots_[slot].key != kEmpty) slot = (slot + 1) & (slots_.size() - 1);
    return slot;
  }

  std::vector<Slot> slots_;
  std::vector<uint64_t> filter_;  // a clear bit: no pair has this hash
  int shift_ = 0;
};

}  // namespace hone::text
