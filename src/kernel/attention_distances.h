// The distance terms of attention's scores over one sequence, for forward and backward. Without such terms every
// function returns at once. W' rows of the tables that the sequence reads, S tokens, N queries of a block.
#pragma once

#include <algorithm>
#include <cstdint>

#include "kernel/attention_distance_tile.h"
#include "kernel/attention_head.h"
#include "kernel/tile_product.h"

namespace hone::kernel {

inline constexpr int64_t kDistanceRowPadding = 32;  // numbers of rows are rounded up to multiples of this

template <typename T>
class AttentionDistances : protected AttentionHead<T> {
 protected:
  using AttentionHead<T>::AttentionHead;
  using AttentionHead<T>::padded_keys_;
  using AttentionHead<T>::rules_;
  using AttentionHead<T>::space_;
  using AttentionHead<T>::task_;
  using AttentionHead<T>::width_;

  bool has_terms() const { return rows_ != nullptr; }
  bool has_by_query() const { return keys_of_rows_ != nullptr; }
  bool has_by_key() const { return queries_of_rows_ != nullptr; }

  // Finds the rows of the sequence's distances, and takes memory.
  void begin_sequence(const AttentionInputs<T>& inputs) {
    if (rules_.distance_rows == nullptr) return;
    const int64_t length = task_.queries.length;
    const auto [smallest, largest] =
        std::minmax_element(rules_.distance_rows - (length - 1), rules_.distance_rows + length);
    first_row_ = *smallest;
    num_rows_ = *largest - *smallest + 1;
    padded_rows_ = round_up(num_rows_, kDistanceRowPadding);
    const int64_t num_distances = 2 * length + kQueryBlock;  // beyond the last query is the padding of its block
    rows_ = space_.template take<int32_t>(num_distances) + length;
    for (int64_t d = 1 - length; d < length + kQueryBlock; ++d) {
      rows_[d] = rules_.distance_rows[std::min(d, length - 1)] - first_row_;
    }
    if (inputs.distance_bias != nullptr) bias_ = space_.template take<float>(num_distances) + length;
    if (inputs.distance_keys.data != nullptr) {
      keys_of_rows_ = space_.template take<T>(row_capacity() * width_);
      by_query_ = space_.template take<float>(row_capacity() * kQueryBlock);
    }
    if (inputs.distance_queries.data != nullptr) {
      queries_of_rows_ = space_.template take<T>(padded_rows_ * width_);
      queries_of_rows_transposed_ = space_.template take<T>(padded_rows_ * width_);
      by_key_ = space_.template take<float>(padded_keys_ * padded_rows_);
    }
  }

  // Loads the rows of a head; computes the term of its keys [padded_keys_, width_].
  void begin_head(const AttentionInputs<T>& inputs, int64_t head, const T* keys) {
    if (!has_terms()) return;
    const int64_t length = task_.queries.length;
    if (bias_ != nullptr) {
      // Added before the scores are scaled.
      const float* of_head = inputs.distance_bias + head * rules_.num_distance_rows + first_row_;
      for (int64_t d = 1 - length; d < length + kQueryBlock; ++d) {
        bias_[d] = of_head[rows_[d]] / static_cast<float>(rules_.scale);
      }
    }
    if (has_by_query()) {
      this->copy_rows(inputs.distance_keys, head, first_row_, num_rows_, row_capacity(), keys_of_rows_);
    }
    if (has_by_key()) {
      this->copy_rows(inputs.distance_queries, head, first_row_, num_rows_, padded_rows_, queries_of_rows_);
      this->transpose_operand(queries_of_rows_, queries_of_rows_transposed_, padded_rows_);
      tile_product({padded_keys_, padded_rows_, width_, width_, padded_rows_, padded_rows_}, keys,
                   queries_of_rows_transposed_, by_key_, false);
    }
  }

  // Computes the term of a block of queries, of which [width_, n] is the second operand of products.
  void begin_block(int64_t query, int64_t n, const T* queries_transposed) {
    if (!has_by_query()) return;
    const auto [smallest, largest] = std::minmax_element(rows_ + query - (task_.queries.length - 1), rows_ + query + n);
    block_row_ = *smallest;
    block_rows_ = round_up(*largest - *smallest + 1, kDistanceRowPadding);
    tile_product({block_rows_, n, width_, width_, n, n}, keys_of_rows_ + block_row_ * width_, queries_transposed,
                 by_query_, false);
  }

  // scores [K, N] of a tile += the terms, before the scores are scaled.
  void add_terms(const TileRules& tile, float* scores) const {
    if (has_terms()) add_distance_terms(terms_of<const float>(tile, bias_, by_query_, by_key_), scores);
  }

  template <typename Value>
  DistanceTerms<Value> terms_of(const TileRules& tile, Value* bias, Value* by_query, Value* by_key) const {
    const int64_t distance = tile.first_query - tile.first_key;
    return {.num_keys = tile.num_keys,
            .padded_queries = tile.padded_queries,
            .rows = rows_ + distance,
            .first_row = static_cast<int32_t>(block_row_),
            .bias = bias == nullptr ? nullptr : bias + distance,
            .by_query = by_query,
            .by_key = by_key == nullptr ? nullptr : by_key + tile.first_key * padded_rows_,
            .key_stride = padded_rows_};
  }

  // Rows of keys_of_rows_: a block's rows begin anywhere, and are rounded up.
  int64_t row_capacity() const { return padded_rows_ + kDistanceRowPadding; }

  int64_t first_row_ = 0;                    // of the tables; rows_ counts from it
  int64_t num_rows_ = 0, padded_rows_ = 0;   // W'
  int64_t block_row_ = 0, block_rows_ = 0;   // the rows of a block of queries
  int32_t* rows_ = nullptr;                  // [i - j]
  float* bias_ = nullptr;                    // [i - j]
  T* keys_of_rows_ = nullptr;                // [row_capacity(), width_]
  T* queries_of_rows_ = nullptr;             // [padded_rows_, width_]
  T* queries_of_rows_transposed_ = nullptr;  // a second operand, [width_, padded_rows_]
  float* by_query_ = nullptr;                // [block_rows_, N]
  float* by_key_ = nullptr;                  // [padded_keys_, padded_rows_]
};

}  // namespace hone::kernel
