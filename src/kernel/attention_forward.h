// Attention forward over one key head of one sequence: blocks of queries against chunks of keys, with a running
// softmax.
#pragma once

#include <cmath>
#include <limits>

#include "kernel/attention_distances.h"
#include "kernel/tile_product.h"

namespace hone::kernel {

template <typename T>
class AttentionForward : AttentionDistances<T> {
  using Base = AttentionDistances<T>;
  using Base::num_queries_;
  using Base::padded_keys_;
  using Base::rules_;
  using Base::space_;
  using Base::task_;
  using Base::width_;

 public:
  AttentionForward(const AttentionRules& rules, const AttentionTask& task)
      : Base(rules, task),
        keys_(space_.template take<T>(padded_keys_ * width_)),
        values_(space_.template take<T>(padded_keys_ * width_)),
        values_transposed_(space_.template take<T>(padded_keys_ * width_)),
        queries_(space_.template take<T>(kQueryBlock * width_)),
        queries_transposed_(space_.template take<T>(kQueryBlock * width_)),
        scores_(space_.template take<float>(kKeyChunk * kQueryBlock)),
        out_(space_.template take<float>(kQueryBlock * width_)),
        out_rows_(space_.template take<float>(kQueryBlock * width_)),
        statistics_(space_.template take<float>(3 * kQueryBlock)) {
    if constexpr (sizeof(T) == 2) weights_ = space_.template take<BFloat16>(kKeyChunk * kQueryBlock);
  }

  void run(const AttentionInputs<T>& inputs, HeadRows<T> out, float* logsumexp) {
    Base::copy_turned_rows(inputs.k, task_.keys, task_.kv_head, 0, task_.keys.length, padded_keys_, keys_);
    Base::copy_rows(inputs.v, task_.kv_head, task_.keys.first, task_.keys.length, padded_keys_, values_);
    Base::transpose_keys(values_, values_transposed_);
    Base::begin_sequence(inputs);
    for (int64_t head = task_.kv_head * Base::group(); head < (task_.kv_head + 1) * Base::group(); ++head) {
      Base::begin_head(inputs, head, keys_);
      for (int64_t query = 0; query < num_queries_; query += kQueryBlock) {
        attend(inputs, head, query);
        const int64_t count = std::min(kQueryBlock, num_queries_ - query);
        Base::write_rows(out_rows_, out, head, task_.queries.first + query, count);
        for (int64_t i = 0; i < count; ++i) logsumexp[Base::row(head, query + i)] = logsumexp_of(i);
      }
    }
  }

 private:
  // Fills out_rows_ and the statistics of a block of queries.
  void attend(const AttentionInputs<T>& inputs, int64_t head, int64_t query) {
    const int64_t n = Base::tile_rules(head, query, 0).padded_queries;
    Base::copy_turned_rows(inputs.q, task_.queries, head, query, std::min(kQueryBlock, num_queries_ - query), n,
                           queries_);
    Base::transpose_operand(queries_, queries_transposed_, n);
    Base::begin_block(query, n, queries_transposed_);
    std::fill_n(running().maximum, n, -std::numeric_limits<float>::infinity());
    std::fill_n(running().sum, n, 0.0F);
    const auto [begin, end] = Base::keys_of(query);
    for (int64_t key = begin; key < end; key += kKeyChunk) {
      add_chunk(Base::tile_rules(head, query, key), key, key == begin);
    }
    float* factors = running().correction;
    for (int64_t i = 0; i < n; ++i) factors[i] = running().sum[i] == 0 ? 0 : 1 / running().sum[i];
    scale_columns(out_, factors, width_, n);
    Base::transpose_result(out_, out_rows_, n);
  }

  void add_chunk(const TileRules& tile, int64_t key, bool is_first) {
    const int64_t n = tile.padded_queries;
    tile_product({tile.padded_keys, n, width_, width_, n, n}, keys_ + key * width_, queries_transposed_, scores_,
                 false);
    Base::add_terms(tile, scores_);
    softmax_tile(tile, running(), scores_, weights_);
    if (!is_first) scale_columns(out_, running().correction, width_, n);
    const TileShape shape{width_, n, tile.padded_keys, padded_keys_, n, n};
    if constexpr (sizeof(T) == 2) {
      tile_product(shape, values_transposed_ + key, weights_, out_, !is_first);
    } else {
      tile_product(shape, values_transposed_ + key, scores_, out_, !is_first);
    }
  }

  RunningSoftmax running() const { return {statistics_, statistics_ + kQueryBlock, statistics_ + 2 * kQueryBlock}; }
  float logsumexp_of(int64_t i) const {
    const float sum = running().sum[i];
    return sum == 0 ? std::numeric_limits<float>::infinity() : running().maximum[i] + std::log(sum);
  }

  T *keys_, *values_, *values_transposed_, *queries_, *queries_transposed_;
  float *scores_, *out_, *out_rows_, *statistics_;
  BFloat16* weights_ = nullptr;
};

}  // namespace hone::kernel
