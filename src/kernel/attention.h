// Attention over a packed batch, forward and backward, tile by tile: no S x S tensor is stored. Each sequence reads its
// own keys, or those of another packed batch (cross-attention).
// Milakov, Gimelshein, "Online normalizer calculation for softmax", arXiv 1805.02867; Dao, "FlashAttention-2", arXiv
// 2307.08691. Shapes: B sequences, T tokens in total, S tokens of one sequence, H query heads, G key and value heads,
// D head width.
#pragma once

#include <cstdint>
#include <type_traits>

#include "base/philox.h"
#include "kernel/bfloat16.h"
#include "kernel/rotary.h"

namespace hone::kernel {

// A window that hides no key, and a number of queries that is that of all.
constexpr int64_t kWholeSequence = int64_t{1} << 40;

// How scores are computed from q and k. Query head h reads key head h * G / H.
struct AttentionRules {
  const int64_t* offsets = nullptr;  // [B + 1]: sequence b is tokens offsets[b] up to offsets[b + 1]
  // [B + 1] or null: the queries of sequence b read the keys key_offsets[b] up to key_offsets[b + 1] of k and v, which
  // have rows of their own; null: those of their sequence. Then all queries see all keys: there is neither a causal
  // mask, a window, rotary positions nor distances.
  const int64_t* key_offsets = nullptr;
  int64_t num_sequences = 0;
  int64_t num_heads = 0, num_kv_heads = 0;  // H, a multiple of G
  int64_t head_width = 0;                   // D, at most kMaxHeadWidth
  double scale = 1;                         // factor of the scores; > 0
  double soft_cap = 0;              // scaled scores s become cap tanh(s / cap), before bias and masks; 0: no cap
  bool causal = false;              // query i sees keys 0 ... i
  int64_t window = kWholeSequence;  // query i sees keys i - window ... i + window; the others cost nothing
  // Only so many first queries of each sequence are computed. The rows of the others in out, its gradient and logsumexp
  // are neither read nor written; their gradient of q is 0.
  int64_t num_queries = kWholeSequence;
  RotaryTable rotary;                 // turns the rows of q and k by their positions in the sequence
  const uint8_t* key_mask = nullptr;  // a byte for each key, or null: no query sees a key whose byte is 0
  // Added to the scaled scores, or null: [H or 1, S, S] with these strides, the same for every sequence.
  const float* bias = nullptr;
  int64_t bias_head_stride = 0, bias_query_stride = 0;
  // Row of the tables of AttentionInputs for query i and key j: distance_rows[i - j], at least 0 and less than
  // num_distance_rows; -S < i - j < S for the longest sequence. Null: there are no such tables.
  const int32_t* distance_rows = nullptr;
  int64_t num_distance_rows = 0;  // W
  // Dropout of the softmax. The element of (sequence b, head h, query i, key j) is
  // first_b + (h * S + i) * S4 + j, where S4 is the number of keys rounded up to a multiple of 4, and first_b sums
  // H * S * S4 over the sequences before b. So a block of four draws belongs to one row.
  double p = 0;
  RandomStream stream;
};

// Tokens of a packed batch: from `first` so many.
struct TokenRange {
  int64_t first = 0, length = 0;
};

inline TokenRange queries_of(const AttentionRules& rules, int64_t sequence) {
  return {rules.offsets[sequence], rules.offsets[sequence + 1] - rules.offsets[sequence]};
}
inline TokenRange keys_of(const AttentionRules& rules, int64_t sequence) {
  const int64_t* offsets = rules.key_offsets == nullptr ? rules.offsets : rules.key_offsets;
  return {offsets[sequence], offsets[sequence + 1] - offsets[sequence]};
}

constexpr int64_t kMaxHeadWidth = 256;

// A matrix [T, heads * D]; its rows may be parts of longer rows.
template <typename T>
struct HeadRows {
  T* data = nullptr;
  int64_t row_stride = 0;  // elements
};

// The type of sums over values of type T.
template <typename T>
using SumOf = std::conditional_t<std::is_same_v<T, double>, double, float>;

template <typename T>
struct AttentionInputs {
  HeadRows<const T> q, k, v;  // [T, H * D]; [T, G * D] each, or a row for each key of key_offsets
  // Terms of the scores that depend on the distance of query and key, by rules.distance_rows; null: none. With r the
  // row of the distance, the score is scale * (q k + q distance_keys[r] + k distance_queries[r]) + distance_bias[r];
  // the soft cap applies to this sum. He et al., "DeBERTa", arXiv 2006.03654; Raffel et al., "T5", arXiv 1910.10683
  // (the bias).
  HeadRows<const T> distance_keys = {}, distance_queries = {};  // [W, H * D]
  const SumOf<T>* distance_bias = nullptr;                      // [H, W]
};

// Writes out [T, H * D] and logsumexp [H, T] of the scores, from which backward recomputes the softmax. For a query
// that sees no key, out is 0 and logsumexp infinity. T is float, double (the reference) or BFloat16 (computed in
// float).
template <typename T, typename Sum>
void attention_forward(const AttentionRules& rules, const AttentionInputs<T>& inputs, HeadRows<T> out, Sum* logsumexp);

template <typename T>
struct AttentionGradients {
  HeadRows<T> q, k, v;
  HeadRows<SumOf<T>> distance_keys = {}, distance_queries = {};  // null if the input is null
  SumOf<T>* distance_bias = nullptr;
};

// The results of forward, and the gradient of its output.
template <typename T, typename Sum>
struct AttentionResults {
  HeadRows<const T> out, out_gradient;
  const Sum* logsumexp = nullptr;
};

template <typename T, typename Sum>
void attention_backward(const AttentionRules& rules, const AttentionInputs<T>& inputs,
                        const AttentionResults<T, Sum>& results, const AttentionGradients<T>& gradients);

// The reference implementations, which follow the formulas directly.
template <typename T, typename Sum>
void attention_forward_reference(const AttentionRules& rules, const AttentionInputs<T>& inputs, HeadRows<T> out,
                                 Sum* logsumexp);
template <typename T, typename Sum>
void attention_backward_reference(const AttentionRules& rules, const AttentionInputs<T>& inputs,
                                  const AttentionResults<T, Sum>& results, const AttentionGradients<T>& gradients);

// Returns S4, the number of elements that dropout draws for one query of so many keys.
inline uint64_t attention_row_length(int64_t num_keys) { return (static_cast<uint64_t>(num_keys) + 3) / 4 * 4; }

}  // namespace hone::kernel
