// The gradients of attention's distance terms over one sequence. Adds those of the tables to sums that the caller keeps
// over several sequences.
#pragma once

#include <algorithm>
#include <cstdint>

#include "kernel/attention_distances.h"

namespace hone::kernel {

// Sums of the gradients of AttentionInputs' tables, head by head; null if the input is null.
struct DistanceSums {
  float* keys = nullptr;     // [H, rows, width]: rows and width are padded
  float* queries = nullptr;  // like keys
  float* bias = nullptr;     // [H, W]
  int64_t head_stride = 0;   // of keys and queries: rows * width
  int64_t num_rows = 0;      // W

  // Numbers of rows that a table of W rows needs: a sequence's rows begin anywhere, and are rounded up.
  static int64_t padded_rows(int64_t num_rows) { return num_rows + 2 * kDistanceRowPadding; }

  DistanceSums of_head(int64_t head) const {
    const auto moved = [](float* sums, int64_t by) { return sums == nullptr ? nullptr : sums + by; };
    return {moved(keys, head * head_stride), moved(queries, head * head_stride), moved(bias, head * num_rows),
            head_stride, num_rows};
  }
};

template <typename T>
class AttentionDistanceGradients : protected AttentionDistances<T> {
 protected:
  using Base = AttentionDistances<T>;
  using Base::Base;
  using Base::block_row_;
  using Base::block_rows_;
  using Base::first_row_;
  using Base::padded_keys_;
  using Base::padded_rows_;
  using Base::rules_;
  using Base::space_;
  using Base::task_;
  using Base::width_;

  void begin_sequence(const AttentionInputs<T>& inputs) {
    Base::begin_sequence(inputs);
    const int64_t length = task_.queries.length;
    if (Base::bias_ != nullptr) bias_gradient_ = space_.template take<float>(2 * length + kQueryBlock) + length;
    if (Base::has_by_query()) {
      keys_of_rows_transposed_ = space_.template take<T>(Base::row_capacity() * width_);
      by_query_gradient_ = space_.template take<float>(Base::row_capacity() * kQueryBlock);
    }
    if (Base::has_by_key()) {
      by_key_gradient_ = space_.template take<float>(padded_keys_ * padded_rows_);
      by_key_gradient_transposed_ = space_.template take<T>(padded_keys_ * padded_rows_);
    }
    if constexpr (sizeof(T) == 2) {
      const int64_t largest = std::max(padded_keys_ * padded_rows_, Base::row_capacity() * kQueryBlock);
      rounded_ = space_.template take<BFloat16>(largest);
      pairs_ = space_.template take<BFloat16>(
          std::max({padded_rows_ * width_, padded_keys_ * width_, Base::row_capacity() * kQueryBlock}));
    }
  }

  void begin_head(const AttentionInputs<T>& inputs, int64_t head, const T* keys) {
    Base::begin_head(inputs, head, keys);
    const int64_t length = task_.queries.length;
    if (bias_gradient_ != nullptr) std::fill(bias_gradient_ + 1 - length, bias_gradient_ + length + kQueryBlock, 0.0F);
    if (Base::has_by_query()) {
      Base::transpose_rows(Base::keys_of_rows_, keys_of_rows_transposed_, Base::row_capacity(), width_);
    }
    if (Base::has_by_key()) std::fill_n(by_key_gradient_, padded_keys_ * padded_rows_, 0.0F);
  }

  void begin_block(int64_t query, int64_t n, const T* queries_transposed) {
    Base::begin_block(query, n, queries_transposed);
    if (Base::has_by_query()) std::fill_n(by_query_gradient_, block_rows_ * n, 0.0F);
  }

  // `gradients` [K, N] of the scores before they were scaled.
  void sum_gradients(const TileRules& tile, const T* gradients) const {
    if (!Base::has_terms()) return;
    sum_distance_gradients(Base::template terms_of<float>(tile, bias_gradient_, by_query_gradient_, by_key_gradient_),
                           gradients);
  }

  // Adds the block's part to the gradients of its queries [width_, n] and of the keys of rows. `queries` [n, width_] is
  // a second operand.
  void end_block(int64_t n, const T* queries, float* q_gradient, const DistanceSums& sums) {
    if (!Base::has_by_query()) return;
    const T* gradients = rounded(by_query_gradient_, block_rows_ * n);
    tile_product({width_, n, block_rows_, Base::row_capacity(), n, n}, keys_of_rows_transposed_ + block_row_,
                 as_right(gradients, block_rows_, n), q_gradient, true);
    tile_product({block_rows_, width_, n, n, width_, width_}, gradients, queries,
                 sums.keys + (first_row_ + block_row_) * width_, true);
  }

  // Adds the head's part to the gradients of its keys [padded_keys_, width_], the queries of rows and the bias.
  void end_head(const T* keys, float* k_gradient, const DistanceSums& sums) {
    if (Base::has_by_key()) {
      const T* gradients = rounded(by_key_gradient_, padded_keys_ * padded_rows_);
      tile_product({padded_keys_, width_, padded_rows_, padded_rows_, width_, width_}, gradients,
                   as_right(Base::queries_of_rows_, padded_rows_, width_), k_gradient, true);
      Base::transpose_rows(gradients, by_key_gradient_transposed_, padded_keys_, padded_rows_);
      tile_product({padded_rows_, width_, padded_keys_, padded_keys_, width_, width_}, by_key_gradient_transposed_,
                   as_right(keys, padded_keys_, width_), sums.queries + first_row_ * width_, true);
    }
    if (bias_gradient_ == nullptr) return;
    for (int64_t d = 1 - task_.queries.length; d < task_.queries.length; ++d) {
      sums.bias[first_row_ + Base::rows_[d]] += bias_gradient_[d] / static_cast<float>(rules_.scale);
    }
  }

 private:
  // Returns the values as operands of products: themselves, or rounded.
  const T* rounded(const float* values, int64_t count) const {
    if constexpr (sizeof(T) == 2) {
      write_row(values, rounded_, count, /*past_caches=*/false);
      return rounded_;
    } else {
      return values;
    }
  }

  // Returns rows [k, n] as the second operand of a product: themselves, or pairs of rows.
  const T* as_right(const T* rows, int64_t k, int64_t n) const {
    if constexpr (sizeof(T) == 2) {
      pair_rows(rows, n, pairs_, k, n);
      return pairs_;
    } else {
      return rows;
    }
  }

  float* bias_gradient_ = nullptr;           // [i - j]
  T* keys_of_rows_transposed_ = nullptr;     // [width_, row_capacity()]
  float* by_query_gradient_ = nullptr;       // [block_rows_, N]
  float* by_key_gradient_ = nullptr;         // [padded_keys_, padded_rows_]
  T* by_key_gradient_transposed_ = nullptr;  // [padded_rows_, padded_keys_]
  BFloat16 *rounded_ = nullptr, *pairs_ = nullptr;
};

}  // namespace hone::kernel
