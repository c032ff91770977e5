// Attention of new tokens over keys and values that are kept in pages, for generation. No gradients. The parts of a sum
// depend on the number of keys alone, so the result of a token is equal bit for bit in any batch and at any number of
// threads. Pope et al., "Efficiently Scaling Transformer Inference", arXiv 2211.05102; Kwon et al., "PagedAttention",
// arXiv 2309.06180. Shapes: H query heads, G key and value heads, D head width, P = kPageTokens.
#pragma once

#include <cstdint>
#include <span>

#include "kernel/attention.h"

namespace hone::kernel {

constexpr int64_t kPageTokens = 32;

// Returns the number of tokens of the pages that so many tokens need.
constexpr int64_t whole_pages(int64_t num_tokens) { return (num_tokens + kPageTokens - 1) / kPageTokens * kPageTokens; }

// A page holds P tokens of one layer: keys [G, D, P], so that the scores of neighbouring keys lie beside each other,
// then values [G, P, D].
inline int64_t page_size(int64_t num_kv_heads, int64_t head_width) {
  return 2 * num_kv_heads * head_width * kPageTokens;
}

struct CachedAttentionRules {
  int64_t num_heads = 0, num_kv_heads = 0;  // H, a multiple of G
  int64_t head_width = 0;                   // D, at most kMaxHeadWidth
  double scale = 1;                         // factor of the scores; > 0
  double soft_cap = 0;                      // > 0: the scaled scores s become cap * tanh(s / cap)
  int64_t window = kWholeSequence;          // a query sees itself and `window` keys before it
  // Added to the scaled scores, or null: [H, distance_stride] by the distance of query and key, the largest first. The
  // element of distance d is longest_distance - d, and P floats follow that of distance 0.
  const float* distance_bias = nullptr;
  int64_t distance_stride = 0, longest_distance = 0;
};

// The new tokens of one sequence, which follow those in its pages.
template <typename T>
struct CachedSequence {
  T* const* pages = nullptr;              // enough for past and new tokens, of one layer
  int64_t num_past = 0;                   // tokens in the pages before the new ones
  int64_t first_row = 0, num_tokens = 0;  // the new tokens are these rows of q, k, v and out
};

// Writes the keys and values of the new tokens [rows, G * D] into the pages. T is float or BFloat16.
template <typename T>
void append_to_pages(const CachedAttentionRules& rules, std::span<const CachedSequence<T>> sequences,
                     HeadRows<const T> keys, HeadRows<const T> values);

// Computes out [rows, H * D] for the queries [rows, H * D] of the new tokens, whose keys and values are in the pages.
// A token sees those before it and itself. Sums are float.
template <typename T>
void cached_attention(const CachedAttentionRules& rules, std::span<const CachedSequence<T>> sequences,
                      HeadRows<const T> queries, HeadRows<T> out);

// The same, following the formulas directly.
template <typename T>
void cached_attention_reference(const CachedAttentionRules& rules, std::span<const CachedSequence<T>> sequences,
                                HeadRows<const T> queries, HeadRows<T> out);

}  // namespace hone::kernel
