// Keys and values of all layers, kept in pages for generation (kernel/cached_attention.h), on the CPU. Shapes: T tokens
// of a forward pass, B sequences, H query heads, G key and value heads, D head width.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <vector>

#include "tensor/attention.h"
#include "tensor/kv_pages.h"
#include "tensor/packing.h"

namespace hone::tensor {

struct KvShape {
  int64_t num_layers = 0, num_kv_heads = 0, head_width = 0;
  at::ScalarType dtype = at::kFloat;  // of keys and values: float or bfloat16

  int64_t bytes_of_token() const;
};

class KvBatch;

class KvCache {
 public:
  // Memory for `max_tokens` tokens, taken as it is needed. Throws kUnsupported for another dtype and
  // for a model without layers.
  KvCache(const KvShape& shape, int64_t max_tokens);

  using SequenceId = KvPages::SequenceId;
  // Those of KvPages.
  int64_t begin(SequenceId id, std::span<const int32_t> tokens) { return pages_.begin(id, tokens); }
  void append(SequenceId id, std::span<const int32_t> tokens) { pages_.append(id, tokens); }
  void fork(SequenceId from, SequenceId to);
  void end(SequenceId id) { pages_.end(id); }
  int64_t length(SequenceId id) const { return pages_.length(id); }

  // The tokens of these sequences that are not computed yet. Each has at least one.
  KvBatch batch(std::vector<SequenceId> ids);

  const KvShape& shape() const { return shape_; }

 private:
  friend class KvBatch;
  int64_t page_elements() const;  // of one layer
  void* page(int32_t page, int64_t layer);
  void add_memory();

  KvShape shape_;
  KvPages pages_;
  std::vector<at::Tensor> blocks_;  // [pages of a block, layers, elements]
};

// The tokens that a forward pass computes. Use it before the sequences change, and call finish() after the pass.
class KvBatch {
 public:
  const Packing& packing() const { return packing_; }  // with first_positions
  std::span<const KvCache::SequenceId> sequences() const { return ids_; }
  at::Tensor ids() const;                                  // [T] int64
  std::span<const int32_t> tokens(size_t sequence) const;  // all, with those that are already in the cache
  int64_t max_length() const;  // the most tokens of a sequence, with those that are already in the cache

  // Keeps the keys and values of qkv [T, (H + 2 G) * D], and returns the attention of its queries over the sequences
  // [T, H * D]. Each token sees those before it and itself; options.window limits how many. Turns q and k by
  // options.rotary in place, which has the angles of max_length() positions. Of options.distances it takes the bias,
  // for max_length() tokens at least. Takes neither masks, other biases nor dropout.
  at::Tensor attend(int64_t layer, const at::Tensor& qkv, const AttentionOptions& options) const;

  // Says that every layer has been computed.
  void finish() const;

 private:
  friend class KvCache;
  KvBatch(KvCache& cache, std::vector<KvCache::SequenceId> ids);

  template <typename T>
  at::Tensor attend_as(int64_t layer, const at::Tensor& qkv, const AttentionOptions& options) const;

  KvCache* cache_;
  std::vector<KvCache::SequenceId> ids_;
  std::vector<int64_t> num_past_;  // of each sequence
  Packing packing_;
};

}  // namespace hone::tensor
