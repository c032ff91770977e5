// The parts of a text that near duplicates share, and how alike two texts are.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/compared_text.h"

namespace hone::data {

// A shingle is this many successive characters (compared_text.h), or fewer if the first one is Chinese or Japanese. A
// shorter text is one shingle.
inline constexpr size_t kShingleSize = 5, kChineseShingleSize = 2;

// Makes the shingles of one text after the other, in memory that it keeps.
class ShingleReader {
 public:
  // `text` is checked UTF-8.
  void read(std::string_view text);

  // Frees the memory if a very long text took more than 4 MiB. What was read of it is gone then.
  void release_large();

  // What is compared of the text.
  std::u32string_view characters() const { return {characters_.data(), text_.size()}; }

  // Hashes of the shingles, in the order of the text. Empty if there are no characters.
  std::span<const uint64_t> hashes() const { return {hashes_.data(), num_hashes_}; }

  size_t kept_bytes() const {
    return text_.kept_bytes() + characters_.capacity() * sizeof(char32_t) + hashes_.capacity() * sizeof(uint64_t);
  }

 private:
  void hash_shingles();
  // Hashes the shingles that begin in this range.
  void hash_range(size_t begin, size_t end, bool is_chinese);

  ComparedText text_;
  std::vector<char32_t> characters_;
  std::vector<uint64_t> hashes_;
  size_t num_hashes_ = 0;
};

// Compares the shingles of pairs of texts, without sorting them unless they are very long. Keeps its memory, which has
// a limit.
class ShingleComparer {
 public:
  // Returns |a and b| / |a or b| of the sets of both texts' shingles; 0 if both are empty. Returns any number below
  // `threshold` if the similarity is below, because half of the work then shows it.
  double similarity(std::string_view a, std::string_view b, double threshold = 0);

  // Returns the size of the table that it keeps; at most 4 MiB.
  size_t table_bytes() const { return slots_.size() * sizeof(Slot); }

 private:
  static constexpr size_t kMaxTableShingles = 100'000;
  // A place of a hash table with open addressing. `round` is that of the call that filled it, so that nobody clears it.
  struct Slot {
    uint64_t shingle = 0;
    uint32_t round = 0;
    bool is_in_b = false;
  };
  Slot& slot_of(uint64_t shingle);

  ShingleReader reader_;
  std::vector<Slot> slots_;
  uint32_t round_ = 0;
  int shift_ = 0;
};

// Returns the distinct shingles of a text in ascending order.
std::vector<uint64_t> shingles(std::string_view text);

// Returns |a and b| / |a or b| of two sorted sets; 0 if both are empty.
double jaccard(std::span<const uint64_t> a, std::span<const uint64_t> b);

}  // namespace hone::data
