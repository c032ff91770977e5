// The order of the work: a thread takes whole (sequence, key head) pairs; in each, blocks of queries against chunks of
// keys. Scores are computed transposed, keys x queries (attention_tile.h), so that every product has its operands as
// they lie: scores = k q^T, out^T = v^T weights; dv = weights do, dk = dscores q, dq^T = k^T dscores.
#include "kernel/attention.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <memory>
#include <vector>

#include "base/error.h"
#include "kernel/attention_tile.h"
#include "kernel/parallel.h"
#include "kernel/tile_product.h"
#include "kernel/transpose.h"

namespace hone::kernel {

namespace {

constexpr int64_t kQueryBlock = 64, kKeyChunk = 512;

int64_t round_up(int64_t value, int64_t multiple) { return (value + multiple - 1) / multiple * multiple; }

// One key head of one sequence.
struct Task {
  int64_t first = 0, length = 0;  // tokens
  int64_t kv_head = 0;
  uint64_t first_block = 0;  // of dropout, of the sequence
};

std::vector<Task> tasks_of(const AttentionRules& rules) {
  std::vector<Task> tasks;
  uint64_t block = 0;
  for (int64_t b = 0; b < rules.num_sequences; ++b) {
    const int64_t first = rules.offsets[b], length = rules.offsets[b + 1] - first;
    for (int64_t h = 0; h < rules.num_kv_heads; ++h) tasks.push_back({first, length, h, block});
    block += static_cast<uint64_t>(rules.num_heads * length) * attention_row_length(length) / 4;
  }
  return tasks;
}

// Calls f(task) for all tasks, cut into one contiguous part of about equal cost for each thread.
template <typename F>
void for_each_task(const std::vector<Task>& tasks, F f) {
  std::vector<double> cost_before(tasks.size() + 1);
  for (size_t i = 0; i < tasks.size(); ++i) {
    const auto length = static_cast<double>(tasks[i].length);
    cost_before[i + 1] = cost_before[i] + length * (length + kQueryBlock);
  }
  const int64_t parts = num_parts(static_cast<int64_t>(tasks.size()), 1);
  const auto boundary = [&](int64_t part) {
    const double cost = cost_before.back() * static_cast<double>(part) / static_cast<double>(parts);
    return std::lower_bound(cost_before.begin(), cost_before.end(), cost) - cost_before.begin();
  };
  parallel_ranges(parts, 1, [&](int64_t begin, int64_t end, int) {
    const auto last = end == parts ? static_cast<std::ptrdiff_t>(tasks.size()) : boundary(end);
    for (auto i = boundary(begin); i < last; ++i) f(tasks[static_cast<size_t>(i)]);
    end_tile_products();
  });
}

// Memory of one thread, kept from call to call: zeroed when it grows, else as the last use left it.
class Workspace {
 public:
  template <typename T>
  T* take(int64_t count) {
    const auto bytes = static_cast<size_t>(round_up(count * static_cast<int64_t>(sizeof(T)), 64));
    if (next_ == blocks_.size()) blocks_.emplace_back();
    Block& block = blocks_[next_++];
    if (block.size < bytes) {
      block.memory.reset(static_cast<std::byte*>(std::aligned_alloc(64, bytes)));
      if (block.memory == nullptr) throw std::bad_alloc();
      block.size = bytes;
    }
    return reinterpret_cast<T*>(block.memory.get());
  }
  void restart() { next_ = 0; }

 private:
  struct Free {
    void operator()(std::byte* memory) const { std::free(memory); }
  };
  struct Block {
    std::unique_ptr<std::byte, Free> memory;
    size_t size = 0;
  };
  std::vector<Block> blocks_;
  size_t next_ = 0;
};

Workspace& workspace() {
  thread_local Workspace own;
  own.restart();
  return own;
}

template <typename T>
struct WordOf;
template <>
struct WordOf<float> {
  using Type = uint32_t;
};
template <>
struct WordOf<BFloat16> {
  using Type = uint16_t;
};

// What is the same for all blocks of a task.
template <typename T>
class HeadWork {
 public:
  HeadWork(const AttentionRules& rules, const Task& task)
      : rules_(rules),
        task_(task),
        padded_keys_(round_up(task.length, kTilePadding<T>)),
        width_(round_up(rules.head_width, kTilePadding<T>)),
        space_(workspace()) {}

 protected:
  // Rows [first, first + count) of a head, zero-padded to [padded, width_].
  void copy_rows(HeadRows<const T> from, int64_t head, int64_t first, int64_t count, int64_t padded, T* to) const {
    const int64_t width = rules_.head_width;
    for (int64_t i = 0; i < count; ++i) {
      std::memcpy(to + i * width_, from.data + (task_.first + first + i) * from.row_stride + head * width,
                  static_cast<size_t>(width) * sizeof(T));
      std::fill(to + i * width_ + width, to + (i + 1) * width_, T{});
    }
    std::fill(to + count * width_, to + padded * width_, T{});
  }

  void write_rows(const float* from, HeadRows<T> to, int64_t head, int64_t first, int64_t count) const {
    for (int64_t i = 0; i < count; ++i) {
      T* row = to.data + (task_.first + first + i) * to.row_stride + head * rules_.head_width;
      if constexpr (sizeof(T) == 2) {
        round_row(from + i * width_, row, rules_.head_width);
      } else {
        std::memcpy(row, from + i * width_, static_cast<size_t>(rules_.head_width) * sizeof(T));
      }
    }
  }

  // rows [n, width_] -> the second operand of a product over the width: [width_, n], or pairs of its rows.
  void transpose_operand(const T* rows, T* to, int64_t n) const {
    const int64_t words = width_ * static_cast<int64_t>(sizeof(T)) / 4;
    transpose_tile(reinterpret_cast<const uint32_t*>(rows), words, reinterpret_cast<uint32_t*>(to), n, n, words);
  }

  // rows [padded_keys_, width_] -> [width_, padded_keys_].
  void transpose_keys(const T* rows, T* to) const {
    using Word = typename WordOf<T>::Type;
    transpose_tile(reinterpret_cast<const Word*>(rows), width_, reinterpret_cast<Word*>(to), padded_keys_, padded_keys_,
                   width_);
  }

  // [width_, n] -> [n, width_].
  void transpose_result(const float* from, float* to, int64_t n) const {
    transpose_tile(reinterpret_cast<const uint32_t*>(from), n, reinterpret_cast<uint32_t*>(to), width_, width_, n);
  }

  TileRules tile_rules(int64_t head, int64_t query, int64_t key) const {
    const int64_t length = task_.length;
    const int64_t last_key = rules_.causal ? std::min(length, query + kQueryBlock) : length;
    TileRules tile;
    tile.num_keys = std::max<int64_t>(0, std::min(kKeyChunk, last_key - key));
    tile.padded_keys = round_up(tile.num_keys, kTilePadding<T>);
    tile.num_queries = std::min(kQueryBlock, length - query);
    tile.padded_queries = round_up(tile.num_queries, kTilePadding<T>);
    tile.scale = static_cast<float>(rules_.scale);
    tile.causal = rules_.causal;
    tile.first_key = key;
    tile.first_query = query;
    if (rules_.key_mask != nullptr) tile.key_mask = rules_.key_mask + task_.first + key;
    if (rules_.bias != nullptr) {
      tile.bias = rules_.bias + head * rules_.bias_head_stride + query * rules_.bias_query_stride + key;
      tile.bias_query_stride = rules_.bias_query_stride;
    }
    tile.p = rules_.p;
    tile.stream = rules_.stream;
    tile.blocks_per_query = attention_row_length(length) / 4;
    tile.first_block = task_.first_block + static_cast<uint64_t>(head * length + query) * tile.blocks_per_query +
                       static_cast<uint64_t>(key) / 4;
    return tile;
  }

  int64_t group() const { return rules_.num_heads / rules_.num_kv_heads; }
  // logsumexp is [H, T].
  int64_t row(int64_t head, int64_t query) const {
    return head * rules_.offsets[rules_.num_sequences] + task_.first + query;
  }

  const AttentionRules& rules_;
  const Task& task_;
  const int64_t padded_keys_, width_;
  Workspace& space_;
};

template <typename T>
class ForwardWork : HeadWork<T> {
  using Base = HeadWork<T>;
  using Base::padded_keys_;
  using Base::rules_;
  using Base::space_;
  using Base::task_;
  using Base::width_;

 public:
  ForwardWork(const AttentionRules& rules, const Task& task)
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
    Base::copy_rows(inputs.k, task_.kv_head, 0, task_.length, padded_keys_, keys_);
    Base::copy_rows(inputs.v, task_.kv_head, 0, task_.length, padded_keys_, values_);
    Base::transpose_keys(values_, values_transposed_);
    for (int64_t head = task_.kv_head * Base::group(); head < (task_.kv_head + 1) * Base::group(); ++head) {
      for (int64_t query = 0; query < task_.length; query += kQueryBlock) {
        attend(inputs, head, query);
        const int64_t count = std::min(kQueryBlock, task_.length - query);
        Base::write_rows(out_rows_, out, head, query, count);
        for (int64_t i = 0; i < count; ++i) logsumexp[Base::row(head, query + i)] = logsumexp_of(i);
      }
    }
  }

 private:
  // Fills out_rows_ and the statistics of a block of queries.
  void attend(const AttentionInputs<T>& inputs, int64_t head, int64_t query) {
    const int64_t n = Base::tile_rules(head, query, 0).padded_queries;
    Base::copy_rows(inputs.q, head, query, std::min(kQueryBlock, task_.length - query), n, queries_);
    Base::transpose_operand(queries_, queries_transposed_, n);
    std::fill_n(running().maximum, n, -std::numeric_limits<float>::infinity());
    std::fill_n(running().sum, n, 0.0F);
    for (int64_t key = 0; key < task_.length; key += kKeyChunk) {
      const TileRules tile = Base::tile_rules(head, query, key);
      if (tile.num_keys > 0) add_chunk(tile, key);
    }
    float* factors = running().correction;
    for (int64_t i = 0; i < n; ++i) factors[i] = running().sum[i] == 0 ? 0 : 1 / running().sum[i];
    scale_columns(out_, factors, width_, n);
    Base::transpose_result(out_, out_rows_, n);
  }

  void add_chunk(const TileRules& tile, int64_t key) {
    const int64_t n = tile.padded_queries;
    tile_product({tile.padded_keys, n, width_, width_, n, n}, keys_ + key * width_, queries_transposed_, scores_,
                 false);
    softmax_tile(tile, running(), scores_, weights_);
    if (key > 0) scale_columns(out_, running().correction, width_, n);
    const TileShape shape{width_, n, tile.padded_keys, padded_keys_, n, n};
    if constexpr (sizeof(T) == 2) {
      tile_product(shape, values_transposed_ + key, weights_, out_, key > 0);
    } else {
      tile_product(shape, values_transposed_ + key, scores_, out_, key > 0);
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

template <typename T>
class BackwardWork : HeadWork<T> {
  using Base = HeadWork<T>;
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
  BackwardWork(const AttentionRules& rules, const Task& task)
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

  void run(const AttentionInputs<T>& inputs, const AttentionResults<T, float>& results,
           const AttentionGradients<T>& gradients) {
    Base::copy_rows(inputs.k, task_.kv_head, 0, task_.length, padded_keys_, keys_);
    Base::copy_rows(inputs.v, task_.kv_head, 0, task_.length, padded_keys_, values_);
    Base::transpose_keys(keys_, keys_transposed_);
    std::fill_n(k_gradient_, padded_keys_ * width_, 0.0F);
    std::fill_n(v_gradient_, padded_keys_ * width_, 0.0F);
    for (int64_t head = task_.kv_head * Base::group(); head < (task_.kv_head + 1) * Base::group(); ++head) {
      for (int64_t query = 0; query < task_.length; query += kQueryBlock) {
        load_block(inputs, results, head, query);
        for (int64_t key = 0; key < task_.length; key += kKeyChunk) {
          const TileRules tile = Base::tile_rules(head, query, key);
          if (tile.num_keys > 0) add_chunk(tile, key);
        }
        const int64_t n = Base::tile_rules(head, query, 0).padded_queries;
        Base::transpose_result(q_gradient_, q_gradient_rows_, n);
        Base::write_rows(q_gradient_rows_, gradients.q, head, query, std::min(kQueryBlock, task_.length - query));
      }
    }
    Base::write_rows(k_gradient_, gradients.k, task_.kv_head, 0, task_.length);
    Base::write_rows(v_gradient_, gradients.v, task_.kv_head, 0, task_.length);
  }

 private:
  // What a block of queries brings: q and the gradient of out in the forms that the products take, logsumexp, delta.
  void load_block(const AttentionInputs<T>& inputs, const AttentionResults<T, float>& results, int64_t head,
                  int64_t query) {
    const int64_t count = std::min(kQueryBlock, task_.length - query);
    const int64_t n = Base::tile_rules(head, query, 0).padded_queries;
    Base::copy_rows(inputs.q, head, query, count, n, queries_);
    Base::copy_rows(results.out_gradient, head, query, count, n, out_gradients_);
    Base::transpose_operand(queries_, queries_transposed_, n);
    Base::transpose_operand(out_gradients_, out_gradients_transposed_, n);
    if constexpr (sizeof(T) == 2) {
      pair_rows(queries_, width_, query_pairs_, n, width_);
      pair_rows(out_gradients_, width_, out_gradient_pairs_, n, width_);
    }
    for (int64_t i = 0; i < n; ++i) {
      const bool is_real = i < count;
      logsumexp_[i] = is_real ? results.logsumexp[Base::row(head, query + i)] : std::numeric_limits<float>::infinity();
      const T* out = results.out.data + (task_.first + query + i) * results.out.row_stride + head * rules_.head_width;
      delta_[i] = is_real ? dot_row(out, out_gradients_ + i * width_, rules_.head_width) : 0;
    }
  }

  void add_chunk(const TileRules& tile, int64_t key) {
    const int64_t n = tile.padded_queries;
    const TileShape to_scores{tile.padded_keys, n, width_, width_, n, n};
    tile_product(to_scores, keys_ + key * width_, queries_transposed_, tile_.scores, false);
    tile_product(to_scores, values_ + key * width_, out_gradients_transposed_, tile_.gradients, false);
    softmax_tile_backward(tile, tile_);
    const TileShape to_keys{tile.padded_keys, width_, n, n, width_, width_};
    const TileShape to_queries{width_, n, tile.padded_keys, padded_keys_, n, n};
    if constexpr (sizeof(T) == 2) {
      tile_product(to_keys, tile_.weight_rows, out_gradient_pairs_, v_gradient_ + key * width_, true);
      tile_product(to_keys, tile_.gradient_rows, query_pairs_, k_gradient_ + key * width_, true);
      tile_product(to_queries, keys_transposed_ + key, tile_.gradient_pairs, q_gradient_, key > 0);
    } else {
      tile_product(to_keys, tile_.scores, out_gradients_, v_gradient_ + key * width_, true);
      tile_product(to_keys, tile_.gradients, queries_, k_gradient_ + key * width_, true);
      tile_product(to_queries, keys_transposed_ + key, tile_.gradients, q_gradient_, key > 0);
    }
  }

  T *keys_, *values_, *keys_transposed_, *queries_, *queries_transposed_, *out_gradients_, *out_gradients_transposed_;
  float *k_gradient_, *v_gradient_, *q_gradient_, *q_gradient_rows_;
  float *logsumexp_, *delta_;
  BFloat16 *query_pairs_ = nullptr, *out_gradient_pairs_ = nullptr;
  TileGradients tile_;
};

void check(const AttentionRules& rules) {
  check_internal(rules.num_kv_heads > 0 && rules.num_heads % rules.num_kv_heads == 0,
                 "query heads are a multiple of key heads");
  check_internal(rules.head_width > 0 && rules.head_width <= kMaxHeadWidth, "a head is 1 to 256 wide");
  check_internal(rules.scale > 0, "attention scores have a positive scale");
}

}  // namespace

template <typename T, typename Sum>
void attention_forward(const AttentionRules& rules, const AttentionInputs<T>& inputs, HeadRows<T> out, Sum* logsumexp) {
  check(rules);
  if constexpr (sizeof(T) <= 4) {
    if (has_tile_product<T>()) {
      for_each_task(tasks_of(rules),
                    [&](const Task& task) { ForwardWork<T>(rules, task).run(inputs, out, logsumexp); });
      return;
    }
  }
  attention_forward_reference(rules, inputs, out, logsumexp);
}

template <typename T, typename Sum>
void attention_backward(const AttentionRules& rules, const AttentionInputs<T>& inputs,
                        const AttentionResults<T, Sum>& results, const AttentionGradients<T>& gradients) {
  check(rules);
  if constexpr (sizeof(T) <= 4) {
    if (has_tile_product<T>()) {
      for_each_task(tasks_of(rules),
                    [&](const Task& task) { BackwardWork<T>(rules, task).run(inputs, results, gradients); });
      return;
    }
  }
  attention_backward_reference(rules, inputs, results, gradients);
}

#define HONE_INSTANTIATE(T, Sum)                                                                                      \
  template void attention_forward(const AttentionRules&, const AttentionInputs<T>&, HeadRows<T>, Sum*);               \
  template void attention_backward(const AttentionRules&, const AttentionInputs<T>&, const AttentionResults<T, Sum>&, \
                                   const AttentionGradients<T>&);
HONE_INSTANTIATE(float, float)
HONE_INSTANTIATE(double, double)
HONE_INSTANTIATE(BFloat16, float)
#undef HONE_INSTANTIATE

}  // namespace hone::kernel
