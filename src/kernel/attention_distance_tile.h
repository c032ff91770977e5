// The terms of attention's scores that depend on the distance of query and key, on a tile of scores, keys x queries:
// adds them to the scores, and sums their gradients. Queries lie along the vector lanes, and the distance grows with
// the lane. K keys and N queries of the tile, padded as in attention_tile.h.
#pragma once

#include <cstdint>

#include "kernel/bfloat16.h"

namespace hone::kernel {

// Numbers of one tile; Value is float for their gradients, const float otherwise. A null pointer: no such term.
template <typename Value>
struct DistanceTerms {
  int64_t num_keys = 0;        // without padding
  int64_t padded_queries = 0;  // N
  // rows[i - j] for query i and key j of the tile, i < N, j < num_keys; at least first_row.
  const int32_t* rows = nullptr;
  int32_t first_row = 0;
  Value* bias = nullptr;      // [i - j], like rows
  Value* by_query = nullptr;  // [row - first_row, N]: of query i and a row
  Value* by_key = nullptr;    // [K, key_stride]: of key j and a row
  int64_t key_stride = 0;
};

// scores [K, N] += bias + by_query + by_key.
void add_distance_terms(const DistanceTerms<const float>& terms, float* scores);

// Adds the gradients [K, N] of the scores to those of the terms.
void sum_distance_gradients(const DistanceTerms<float>& terms, const float* gradients);
void sum_distance_gradients(const DistanceTerms<float>& terms, const BFloat16* gradients);

}  // namespace hone::kernel
