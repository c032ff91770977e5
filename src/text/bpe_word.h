// Merges the symbols of one word: always the pair of the lowest rank, and of equal ranks the first, until no pair
// merges.
#pragma once

#include <cstdint>
#include <vector>

#include "text/merge_table.h"

namespace hone::text {

// A token that may still merge with its neighbours.
struct Symbol {
  int32_t id = -1;
  uint32_t length = 0;  // bytes of the word
};

// A word of few symbols. Takes quadratic time, but no memory of its own.
struct ShortWord {
  static constexpr size_t kMaxSymbols = 32;

  Symbol symbols[kMaxSymbols];
  Merge merges[kMaxSymbols];  // merges[i] joins symbols i and i + 1
  size_t size = 0;

  void add(Symbol symbol) { symbols[size++] = symbol; }
  // Looks up the merges of all pairs.
  void find_merges(const MergeTable& table);
  // Expects the merges of all pairs.
  void merge_all(const MergeTable& table);
};

// A word of any length: n symbols take at most n log n steps. An object keeps its buffers for the next word.
class LongWord {
 public:
  void merge_all(const MergeTable& table, std::vector<Symbol>& symbols);

 private:
  static constexpr uint32_t kNone = UINT32_MAX;
  static constexpr size_t kKeptSymbols = 1 << 16;

  struct Link {
    Symbol symbol;
    uint32_t previous, next;  // kNone at the ends
    Merge merge;              // with the next symbol
  };

  void find_merge(const MergeTable& table, uint32_t position);
  void merge_at(const MergeTable& table, uint32_t position);

  std::vector<Link> links_;
  std::vector<uint64_t> queue_;  // a heap of rank << 32 | position; entries may be out of date
};

}  // namespace hone::text
