// Keys and values of texts that decoders read by cross-attention, kept in pages while the answers are generated
// (kernel/cached_attention.h), on the CPU. They are computed once for a text. Shapes: M tokens of a text, B sequences,
// H query heads, G key and value heads, D head width.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "tensor/kv_cache.h"
#include "tensor/packing.h"

namespace hone::tensor {

// One text. Several sequences may read it.
class SourceKeys {
 public:
  // Throws kUnsupported for another dtype than float and bfloat16.
  SourceKeys(const KvShape& shape, int64_t num_tokens);

  // Keeps keys and values of a layer: kv [M, 2 G * D], keys first.
  void set(int64_t layer, const at::Tensor& kv);

  int64_t num_tokens() const { return num_tokens_; }
  const KvShape& shape() const { return shape_; }
  void* page(int64_t layer, int64_t index) const;
  int64_t num_pages() const { return num_pages_; }

 private:
  template <typename T>
  void append(int64_t layer, const at::Tensor& kv) const;

  KvShape shape_;
  int64_t num_tokens_, num_pages_;
  at::Tensor memory_;  // [layers, pages, elements]
};

// The texts of the sequences of a batch.
class SourceBatch {
 public:
  explicit SourceBatch(std::vector<std::shared_ptr<const SourceKeys>> sources) : sources_(std::move(sources)) {}

  int64_t num_sequences() const { return static_cast<int64_t>(sources_.size()); }
  // Returns the attention of the queries [T, H * D] of each sequence to all tokens of its text. The result of a token
  // is equal bit for bit in any batch. `scale`: of the scores.
  at::Tensor attend(int64_t layer, const at::Tensor& q, const Packing& queries, int64_t num_heads, double scale) const;

 private:
  template <typename T>
  at::Tensor attend_as(int64_t layer, const at::Tensor& q, const Packing& queries, int64_t num_heads,
                       double scale) const;

  std::vector<std::shared_ptr<const SourceKeys>> sources_;
};

}  // namespace hone::tensor
