// What one unit of work of cached attention reads and writes (cached_attention.cpp).
#pragma once

#include <array>
#include <cstdint>
#include <limits>

#include "kernel/cached_attention.h"

namespace hone::kernel {

constexpr int64_t kRowsInUnit = 8;
constexpr int64_t kPagesInUnit = 16;

// A query row sees the keys from `begin` up to `end`; a row of padding sees none.
struct SeenKeys {
  int64_t begin = 0, end = 0;
};

template <typename T>
struct CachedUnit {
  const CachedAttentionRules* rules = nullptr;
  const CachedSequence<T>* sequence = nullptr;
  int64_t kv_head = 0;
  int64_t first_page = 0, end_page = 0;
  std::array<SeenKeys, kRowsInUnit> seen;
  std::array<const float*, kRowsInUnit> bias{};  // of key 0, or null: added to the scores
  const float* queries = nullptr;                // [kRowsInUnit, D], scaled; 0 for rows of padding
  // The results: sums [kRowsInUnit, D] of the values, weighted by e^(score - maximum), and the sum of the weights.
  float* sums = nullptr;
  std::array<float, kRowsInUnit> maxima, totals;

  const T* keys(int64_t page) const { return sequence->pages[page] + kv_head * rules->head_width * kPageTokens; }
  const T* values(int64_t page) const { return keys(page) + rules->num_kv_heads * rules->head_width * kPageTokens; }
};

}  // namespace hone::kernel
