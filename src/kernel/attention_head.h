// The common base of attention's forward and backward over one key head of one sequence. It copies rows into the
// layouts of the tile products, manages the thread's memory, and makes the rules of a tile.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <vector>

#include "kernel/attention.h"
#include "kernel/attention_tile.h"
#include "kernel/transpose.h"

namespace hone::kernel {

inline constexpr int64_t kQueryBlock = 64, kKeyChunk = 512;
inline constexpr int64_t kPastCachesBytes = int64_t{4} << 20;  // larger results bypass the caches

inline int64_t round_up(int64_t value, int64_t multiple) { return (value + multiple - 1) / multiple * multiple; }

// One key head of one sequence.
struct AttentionTask {
  TokenRange queries, keys;
  int64_t kv_head = 0;
  uint64_t first_block = 0;  // first dropout block of the sequence
};

// Memory of one thread, kept from call to call. It is not cleared between uses.
class AttentionMemory {
 public:
  // Throws std::bad_alloc; the memory can be used again after that.
  template <typename T>
  T* take(int64_t count) {
    const auto bytes = static_cast<size_t>(round_up(count * static_cast<int64_t>(sizeof(T)), 64));
    if (next_ == blocks_.size()) blocks_.emplace_back();
    Block& block = blocks_[next_++];
    if (block.size < bytes) {
      block = Block();
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

inline AttentionMemory& attention_memory() {
  thread_local AttentionMemory own;
  own.restart();
  return own;
}

template <typename T>
struct AttentionWord;
template <>
struct AttentionWord<float> {
  using Type = uint32_t;
};
template <>
struct AttentionWord<BFloat16> {
  using Type = uint16_t;
};

// The parts that all blocks of a task share.
template <typename T>
class AttentionHead {
 public:
  AttentionHead(const AttentionRules& rules, const AttentionTask& task)
      : rules_(rules),
        task_(task),
        num_queries_(std::min(task.queries.length, rules.num_queries)),
        padded_keys_(round_up(task.keys.length, kTilePadding<T>)),
        width_(round_up(rules.head_width, kTilePadding<T>)),
        writes_past_caches_(num_tokens() * rules.num_heads * rules.head_width * static_cast<int64_t>(sizeof(T)) >=
                            kPastCachesBytes),
        space_(attention_memory()) {}

 protected:
  // The keys that a block of queries sees: chunks begin at multiples of the padding, so that dropout's blocks of four
  // keys do not straddle them.
  struct KeyRange {
    int64_t begin = 0, end = 0;
  };
  KeyRange keys_of(int64_t query) const {
    if (rules_.key_offsets != nullptr) return {0, task_.keys.length};
    const int64_t window = std::min(rules_.window, task_.keys.length);
    const int64_t begin = std::max<int64_t>(0, query - window) / kTilePadding<T> * kTilePadding<T>;
    return {begin, std::min(task_.keys.length, query + kQueryBlock + (rules_.causal ? 0 : window))};
  }

  // Copies rows [first, first + count) of the sequence's q or k, which is `tokens`, like copy_rows, turned by their
  // positions.
  void copy_turned_rows(HeadRows<const T> from, TokenRange tokens, int64_t head, int64_t first, int64_t count,
                        int64_t padded, T* to) const {
    copy_rows(from, head, tokens.first + first, count, padded, to);
    if (rules_.rotary.cosines != nullptr) {
      rotate_rows(rules_.rotary, {first, count, rules_.head_width, width_, width_, Turn::kForward}, to, to);
    }
  }

  // Turns rows of the gradient of q or k back, [count, width_].
  void turn_back(float* rows, int64_t first, int64_t count) const {
    if (rules_.rotary.cosines == nullptr) return;
    rotate_rows(rules_.rotary, {first, count, rules_.head_width, width_, width_, Turn::kBack}, rows, rows);
  }

  // Copies rows [first, first + count) of a head, zero-padded to [padded, width_].
  void copy_rows(HeadRows<const T> from, int64_t head, int64_t first, int64_t count, int64_t padded, T* to) const {
    const int64_t width = rules_.head_width;
    for (int64_t i = 0; i < count; ++i) {
      std::memcpy(to + i * width_, from.data + (first + i) * from.row_stride + head * width,
                  static_cast<size_t>(width) * sizeof(T));
      std::fill(to + i * width_ + width, to + (i + 1) * width_, T{});
    }
    std::fill(to + count * width_, to + padded * width_, T{});
  }

  void write_rows(const float* from, HeadRows<T> to, int64_t head, int64_t first, int64_t count) const {
    for (int64_t i = 0; i < count; ++i) {
      T* row = to.data + (first + i) * to.row_stride + head * rules_.head_width;
      write_row(from + i * width_, row, rules_.head_width, writes_past_caches_);
    }
  }

  // rows [n, width_] -> the second operand of a product over the width: [width_, n], or pairs of rows of it.
  void transpose_operand(const T* rows, T* to, int64_t n) const {
    const int64_t words = width_ * static_cast<int64_t>(sizeof(T)) / 4;
    transpose_tile(reinterpret_cast<const uint32_t*>(rows), words, reinterpret_cast<uint32_t*>(to), n, n, words);
  }

  // rows [padded_keys_, width_] -> [width_, padded_keys_].
  void transpose_keys(const T* rows, T* to) const { transpose_rows(rows, to, padded_keys_, width_); }

  // rows [m, n] -> [n, m].
  void transpose_rows(const T* rows, T* to, int64_t m, int64_t n) const {
    using Word = typename AttentionWord<T>::Type;
    transpose_tile(reinterpret_cast<const Word*>(rows), n, reinterpret_cast<Word*>(to), m, m, n);
  }

  // [width_, n] -> [n, width_].
  void transpose_result(const float* from, float* to, int64_t n) const {
    transpose_tile(reinterpret_cast<const uint32_t*>(from), n, reinterpret_cast<uint32_t*>(to), width_, width_, n);
  }

  TileRules tile_rules(int64_t head, int64_t query, int64_t key) const {
    const int64_t num_keys = task_.keys.length;
    TileRules tile;
    tile.num_keys = std::max<int64_t>(0, std::min(kKeyChunk, keys_of(query).end - key));
    tile.padded_keys = round_up(tile.num_keys, kTilePadding<T>);
    tile.num_queries = std::min(kQueryBlock, num_queries_ - query);
    const int64_t farthest = std::max(query + tile.num_queries - 1 - key, key + tile.num_keys - 1 - query);
    tile.has_window = farthest > rules_.window;
    tile.padded_queries = round_up(tile.num_queries, kTilePadding<T>);
    tile.scale = static_cast<float>(rules_.scale);
    tile.soft_cap = static_cast<float>(rules_.soft_cap);
    tile.causal = rules_.causal;
    tile.window = static_cast<int32_t>(std::min(rules_.window, num_keys));
    tile.first_key = key;
    tile.first_query = query;
    if (rules_.key_mask != nullptr) tile.key_mask = rules_.key_mask + task_.keys.first + key;
    if (rules_.bias != nullptr) {
      tile.bias = rules_.bias + head * rules_.bias_head_stride + query * rules_.bias_query_stride + key;
      tile.bias_query_stride = rules_.bias_query_stride;
    }
    tile.p = rules_.p;
    tile.stream = rules_.stream;
    tile.blocks_per_query = attention_row_length(num_keys) / 4;
    tile.first_block = task_.first_block +
                       static_cast<uint64_t>(head * task_.queries.length + query) * tile.blocks_per_query +
                       static_cast<uint64_t>(key) / 4;
    return tile;
  }

  int64_t group() const { return rules_.num_heads / rules_.num_kv_heads; }
  // logsumexp is [H, T].
  int64_t row(int64_t head, int64_t query) const { return head * num_tokens() + task_.queries.first + query; }
  int64_t num_tokens() const { return rules_.offsets[rules_.num_sequences]; }

  const AttentionRules& rules_;
  const AttentionTask& task_;
  const int64_t num_queries_, padded_keys_, width_;
  const bool writes_past_caches_;
  AttentionMemory& space_;
};

}  // namespace hone::kernel
