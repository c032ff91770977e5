// The pairs of adjacent tokens that the training of merges counts: for each pair its count, and the words in which it
// became more frequent since it was last queued.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace hone::text {

class PairTable {
 public:
  struct Pair {
    uint64_t key;
    int64_t count = 0;
    std::vector<uint32_t> words;  // ascending, each once
  };

  static uint64_t key_of(uint32_t left, uint32_t right) { return uint64_t{left} << 32 | right; }

  // Returns the index of the pair, which is added with a count of 0 if it is new.
  size_t find(uint64_t key) {
    if ((pairs_.size() + 1) * 2 > slots_.size()) grow();
    size_t slot = slot_of(key);
    for (; slots_[slot] != 0; slot = (slot + 1) & (slots_.size() - 1)) {
      if (pairs_[slots_[slot] - 1].key == key) return slots_[slot] - 1;
    }
    pairs_.push_back({key, 0, {}});
    slots_[slot] = static_cast<uint32_t>(pairs_.size());
    return pairs_.size() - 1;
  }

  Pair& operator[](size_t index) { return pairs_[index]; }
  size_t size() const { return pairs_.size(); }

 private:
  size_t slot_of(uint64_t key) const { return (key * 0x9E3779B97F4A7C15) >> shift_; }

  void grow() {
    shift_ = slots_.empty() ? 54 : shift_ - 1;
    slots_.assign(size_t{1} << (64 - shift_), 0);
    for (size_t i = 0; i < pairs_.size(); ++i) {
      size_t slot = slot_of(pairs_[i].key);
      while (slots_[slot] != 0) slot = (slot + 1) & (slots_.size() - 1);
      slots_[slot] = static_cast<uint32_t>(i + 1);
    }
  }

  std::vector<Pair> pairs_;
  std::vector<uint32_t> slots_;  // index of a pair + 1; 0: free
  unsigned shift_ = 64;
};

}  // namespace hone::text
