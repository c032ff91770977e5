// Attention backward over one key head of one sequence. Recomputes weights and dropout of each tile. Sums the gradients
// of keys and values over the blocks of queries, and those of queries over the chunks of keys.
#pragma once

#include <limits>

#include "kernel/attention_distance_gradients.h"
#include "kernel/tile_product.h"

namespace hone::kernel {

template <typename T>
class AttentionBackward : AttentionDistanceGradients<T> {
  using Base = AttentionDistanceGradients<T>;
  using Base::num_queries_;
  using Base::padded_keys_;
  using Base::rules_;
  using Base::space_;
  using Base::task_;
  using Base::width_;

  template <typename U>
  U* take(int64_t count) {
    return space_.template take<U>(count);
  }

 public:
  AttentionBackward(const AttentionRules& rules, const AttentionTask& task)
      : Base(rules, task),
        keys_(take<T>(padded_keys_ * width_)),
        values_(take<T>(padded_keys_ * width_)),
        keys_transposed_(take<T>(padded_keys_ * width_)),
        queries_(take<T>(kQueryBlock * width_)),
        queries_transposed_(take<T>(kQueryBlock * width_)),
        out_gradients_(take<T>(kQueryBlock * width_)),
        out_gradients_transposed_(take<T>(kQueryBlock * width_)),
        k_gradient_(take<float>(padded_keys_ * width_)),
        v_gradient_(take<float>(padded_keys_ * width_)),
        q_gradient_(take<float>(kQueryBlock * width_)),
        q_gradient_rows_(take<float>(kQueryBlock * width_)) {
    tile_.scores = take<float>(kKeyChunk * kQueryBlock);
    tile_.gradients = take<float>(kKeyChunk * kQueryBlock);
    tile_.logsumexp = logsumexp_ = take<float>(kQueryBlock);
    tile_.delta = delta_ = take<float>(kQueryBlock);
    if constexpr (sizeof(T) == 2) {
      tile_.weight_rows = take<BFloat16>(kKeyChunk * kQueryBlock);
      tile_.gradient_rows = take<BFloat16>(kKeyChunk * kQueryBlock);
      tile_.gradient_pairs = take<BFloat16>(kKeyChunk * kQueryBlock);
      query_pairs_ = take<BFloat16>(kQueryBlock * width_);
      out_gradient_pairs_ = take<BFloat16>(kQueryBlock * width_);
    }
  }

  // Adds the gradients of the distance terms to `sums`.
  void run(const AttentionInputs<T>& inputs, const AttentionResults<T, float>& results,
           const AttentionGradients<T>& gradients, const DistanceSums& sums = {}) {
    const auto [first_key, num_keys] = task_.keys;
    Base::copy_turned_rows(inputs.k, task_.keys, task_.kv_head, 0, num_keys, padded_keys_, keys_);
    Base::copy_rows(inputs.v, task_.kv_head, first_key, num_keys, padded_keys_, values_);
    Base::transpose_keys(keys_, keys_transposed_);
    std::fill_n(k_gradient_, padded_keys_ * width_, 0.0F);
    std::fill_n(v_gradient_, padded_keys_ * width_, 0.0F);
    Base::begin_sequence(inputs);
    for (int64_t head = task_.kv_head * Base::group(); head < (task_.kv_head + 1) * Base::group(); ++head) {
      Base::begin_head(inputs, head, keys_);
      for (int64_t query = 0; query < num_queries_; query += kQueryBlock) {
        load_block(inputs, results, head, query);
        const auto [begin, end] = Base::keys_of(query);
        for (int64_t key = begin; key < end; key += kKeyChunk) {
          add_chunk(Base::tile_rules(head, query, key), key, key == begin);
        }
        Base::end_block(Base::tile_rules(head, query, 0).padded_queries, as_right(queries_, query_pairs_), q_gradient_,
                        sums.of_head(head));
        write_q_gradient(gradients.q, head, query);
      }
      clear_other_queries(gradients.q, head);
      Base::end_head(keys_, k_gradient_, sums.of_head(head));
    }
    Base::turn_back(k_gradient_, 0, num_keys);
    Base::write_rows(k_gradient_, gradients.k, task_.kv_head, first_key, num_keys);
    Base::write_rows(v_gradient_, gradients.v, task_.kv_head, first_key, num_keys);
  }

 private:
  // Loads a block of queries: q and the gradient of out in the layouts that the products need, logsumexp, delta.
  void load_block(const AttentionInputs<T>& inputs, const AttentionResults<T, float>& results, int64_t head,
                  int64_t query) {
    const int64_t count = std::min(kQueryBlock, num_queries_ - query);
    const int64_t n = Base::tile_rules(head, query, 0).padded_queries;
    const int64_t first = task_.queries.first + query;
    Base::copy_turned_rows(inputs.q, task_.queries, head, query, count, n, queries_);
    Base::copy_rows(results.out_gradient, head, first, count, n, out_gradients_);
    Base::transpose_operand(queries_, queries_transposed_, n);
    Base::transpose_operand(out_gradients_, out_gradients_transposed_, n);
    Base::begin_block(query, n, queries_transposed_);
    if constexpr (sizeof(T) == 2) {
      pair_rows(queries_, width_, query_pairs_, n, width_);
      pair_rows(out_gradients_, width_, out_gradient_pairs_, n, width_);
    }
    for (int64_t i = 0; i < n; ++i) {
      const bool is_real = i < count;
      logsumexp_[i] = is_real ? results.logsumexp[Base::row(head, query + i)] : std::numeric_limits<float>::infinity();
      const T* out = results.out.data + (first + i) * results.out.row_stride + head * rules_.head_width;
      delta_[i] = is_real ? dot_row(out, out_gradients_ + i * width_, rules_.head_width) : 0;
    }
  }

  void write_q_gradient(HeadRows<T> to, int64_t head, int64_t query) {
    const int64_t count = std::min(kQueryBlock, num_queries_ - query);
    Base::transpose_result(q_gradient_, q_gradient_rows_, Base::tile_rules(head, query, 0).padded_queries);
    Base::turn_back(q_gradient_rows_, query, count);
    Base::write_rows(q_gradient_rows_, to, head, task_.queries.first + query, count);
  }

  void clear_other_queries(HeadRows<T> to, int64_t head) {
    for (int64_t query = num_queries_; query < task_.queries.length; ++query) {
      std::fill_n(to.data + (task_.queries.first + query) * to.row_stride + head * rules_.head_width, rules_.head_width,
                  T{});
    }
  }

  void add_chunk(const TileRules& tile, int64_t key, bool is_first) {
    const int64_t n = tile.padded_queries;
    const TileShape to_scores{tile.padded_keys, n, width_, width_, n, n};
    tile_product(to_scores, keys_ + key * width_, queries_transposed_, tile_.scores, false);
    Base::add_terms(tile, tile_.scores);
    tile_product(to_scores, values_ + key * width_, out_gradients_transposed_, tile_.gradients, false);
    softmax_tile_backward(tile, tile_);
    const TileShape to_keys{tile.padded_keys, width_, n, n, width_, width_};
    const TileShape to_queries{width_, n, tile.padded_keys, padded_keys_, n, n};
    if constexpr (sizeof(T) == 2) {
      Base::sum_gradients(tile, tile_.gradient_rows);
      tile_product(to_keys, tile_.weight_rows, out_gradient_pairs_, v_gradient_ + key * width_, true);
      tile_product(to_keys, tile_.gradient_rows, query_pairs_, k_gradient_ + key * width_, true);
      tile_product(to_queries, keys_transposed_ + key, tile_.gradient_pairs, q_gradient_, !is_first);
    } else {
      Base::sum_gradients(tile, tile_.gradients);
      tile_product(to_keys, tile_.scores, out_gradients_, v_gradient_ + key * width_, true);
      tile_product(to_keys, tile_.gradients, queries_, k_gradient_ + key * width_, true);
      tile_product(to_queries, keys_transposed_ + key, tile_.gradients, q_gradient_, !is_first);
    }
  }

  // The second operand of a product: `rows`, or for BFloat16 their pairs.
  static const T* as_right(const T* rows, const BFloat16* pairs) {
    if constexpr (sizeof(T) == 2) {
      return pairs;
    } else {
      return rows;
    }
  }

  T *keys_, *values_, *keys_transposed_, *queries_, *queries_transposed_, *out_gradients_, *out_gradients_transposed_;
  float *k_gradient_, *v_gradient_, *q_gradient_, *q_gradient_rows_;
  float *logsumexp_, *delta_;
  BFloat16 *query_pairs_ = nullptr, *out_gradient_pairs_ = nullptr;
  TileGradients tile_;
};

}  // namespace hone::kernel
