// Counts keys roughly in a small table, so that the keys that occur often enough can be told from the many others
// before they are sorted. Internal to the floor.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

namespace hone::data {

class KeyCounts {
 public:
  // Takes at least this many bytes, and less than twice as many. Keys that share a byte are counted together.
  explicit KeyCounts(size_t num_bytes) { reset(num_bytes); }
  // Forgets all keys.
  void reset(size_t num_bytes) {
    const size_t size = std::bit_ceil(num_bytes + 2);
    shift_ = 64 - std::countr_zero(size);
    counts_.assign(size, 0);
  }

  void add(uint64_t key) {
    uint8_t& count = counts_[slot(key)];
    count = static_cast<uint8_t>(count + (count < kMaxCount));
  }
  // Returns false only if the key was added less often.
  bool may_occur(uint64_t key, uint64_t times) const { return counts_[slot(key)] >= std::min(times, kMaxCount); }

 private:
  static constexpr uint64_t kMaxCount = UINT8_MAX;
  size_t slot(uint64_t key) const { return key * 0x9E3779B97F4A7C15U >> shift_; }

  int shift_ = 0;
  std::vector<uint8_t> counts_;
};

// Tells new keys from those that were perhaps added before, with one bit for each of many slots. The keys are random
// numbers, of which the upper bits choose the slot.
class SeenKeys {
 public:
  // Forgets all keys, and takes two to four bytes for each of the keys that follow.
  void reset(size_t num_keys) {
    const size_t num_words = std::bit_ceil(num_keys / 4 + 1);
    shift_ = 64 - std::countr_zero(num_words * 64);
    words_.assign(num_words, 0);
  }

  // Returns false only if the key is new.
  bool add(uint64_t key) {
    const size_t slot = key >> shift_;
    uint64_t& word = words_[slot / 64];
    const uint64_t bit = uint64_t{1} << slot % 64, before = word;
    word = before | bit;
    return (before & bit) != 0;
  }
  // Returns false only if the key was not added.
  bool may_have(uint64_t key) const {
    const size_t slot = key >> shift_;
    return (words_[slot / 64] >> slot % 64 & 1) != 0;
  }

 private:
  int shift_ = 0;
  std::vector<uint64_t> words_;
};

// A row and a key by which rows are grouped.
struct KeyedRow {
  uint64_t key;
  uint32_t row;
  auto operator<=>(const KeyedRow&) const = default;
};

}  // namespace hone::data
