// The operations of attention on a tile of scores, keys x queries, between the matrix products. Queries lie along the
// vector lanes: a maximum or a sum over keys is vertical, and four draws of dropout belong to four keys of one lane.
// K keys and N queries of the tile, both padded to multiples of kTilePadding.
#pragma once

#include <cstdint>

#include "base/philox.h"
#include "kernel/bfloat16.h"

namespace hone::kernel {

// Sizes of tiles of T are rounded up to multiples of this, so that there are few shapes to compile, and only whole
// vectors and AMX tiles.
template <typename T>
constexpr int64_t kTilePadding = sizeof(T) == 2 ? 32 : 16;

struct TileRules {
  int64_t num_keys = 0;  // without padding; no query sees the padding rows
  int64_t padded_keys = 0;
  int64_t padded_queries = 0;  // N: the length of a row
  float scale = 1;
  float soft_cap = 0;  // 0: none

  // Which keys a query sees; first_key and first_query are the tile's position in the sequence.
  bool causal = false;
  bool has_window = false;  // the window hides keys of this tile
  int32_t window = 0;       // the largest distance between a query and a key that it sees
  int64_t first_key = 0, first_query = 0;
  const uint8_t* key_mask = nullptr;  // [K] or null
  const float* bias = nullptr;        // element (first query, first key), or null; not padded
  int64_t bias_query_stride = 0;
  int64_t num_queries = 0;

  // Dropout: block n of query i and keys 4 n ... 4 n + 3 is first_block + i * blocks_per_query + n.
  double p = 0;
  RandomStream stream;
  uint64_t first_block = 0, blocks_per_query = 0;
};

// The running softmax of each query: [N].
struct RunningSoftmax {
  float* maximum = nullptr;
  float* sum = nullptr;
  float* correction = nullptr;  // factor for the sums of the earlier tiles
};

// Replaces scores [K, N] by dropout(exp(cap(scale * scores) + bias - maximum)); for BFloat16 writes these to `weights`,
// as pairs of rows [K / 2, N, 2].
void softmax_tile(const TileRules& rules, const RunningSoftmax& running, float* scores, BFloat16* weights);

struct TileGradients {
  const float* logsumexp = nullptr;  // [N]
  const float* delta = nullptr;      // [N]: sum over the width of out * out_gradient
  float* scores = nullptr;           // [K, N]; replaced by the weights after dropout
  float* gradients = nullptr;        // [K, N]: of the weights after dropout; replaced by those of q k^T
  // Not null for products of BFloat16: the two results as rows, and the second also as pairs of rows.
  BFloat16* weight_rows = nullptr;
  BFloat16* gradient_rows = nullptr;
  BFloat16* gradient_pairs = nullptr;
};

void softmax_tile_backward(const TileRules& rules, const TileGradients& tile);

// [k, n] -> [k / 2, n, 2]; k is even, n a multiple of 16.
void pair_rows(const BFloat16* from, int64_t from_stride, BFloat16* to, int64_t k, int64_t n);

// values [m, n] *= factors [n]; n is a multiple of 16.
void scale_columns(float* values, const float* factors, int64_t m, int64_t n);

// to[i] = from[i], rounded to nearest. `past_caches` bypasses the caches, for results that are too large to stay there
// until the next reader. The thread must call end_writes_past_caches() before other threads read them.
void write_row(const float* from, float* to, int64_t count, bool past_caches);
void write_row(const float* from, BFloat16* to, int64_t count, bool past_caches);
void end_writes_past_caches();

// Returns the sum of a[i] * b[i].
float dot_row(const float* a, const float* b, int64_t count);
float dot_row(const BFloat16* a, const BFloat16* b, int64_t count);

}  // namespace hone::kernel
