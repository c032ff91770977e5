#include "tensor/source_cache.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>

#include <utility>

#include "base/error.h"
#include "kernel/cached_attention.h"

namespace hone::tensor {

namespace {

kernel::CachedAttentionRules source_rules(const KvShape& shape, int64_t num_heads, double scale) {
  kernel::CachedAttentionRules rules;
  rules.num_heads = num_heads;
  rules.num_kv_heads = shape.num_kv_heads;
  rules.head_width = shape.head_width;
  rules.scale = scale;
  return rules;
}

}  // namespace

SourceKeys::SourceKeys(const KvShape& shape, int64_t num_tokens)
    : shape_(shape),
      num_tokens_(num_tokens),
      num_pages_(kernel::whole_pages(num_tokens) / kernel::kPageTokens),
      memory_(at::empty({shape.num_layers, num_pages_, kernel::page_size(shape.num_kv_heads, shape.head_width)},
                        at::TensorOptions(shape.dtype))) {
  if (shape.dtype == at::kFloat || shape.dtype == at::kBFloat16) return;
  throw Error(ErrorKind::kUnsupported, fmt::format("keys and values of a text in {}", c10::toString(shape.dtype)),
              "hone keeps them as float32 or bfloat16");
}

void* SourceKeys::page(int64_t layer, int64_t index) const {
  const int64_t at = (layer * num_pages_ + index) * memory_.size(2);
  return static_cast<std::byte*>(memory_.data_ptr()) + at * static_cast<int64_t>(memory_.element_size());
}

template <typename T>
void SourceKeys::append(int64_t layer, const at::Tensor& kv) const {
  std::vector<T*> pages;
  for (int64_t i = 0; i < num_pages_; ++i) pages.push_back(static_cast<T*>(page(layer, i)));
  const kernel::CachedSequence<T> sequence{pages.data(), 0, 0, num_tokens_};
  const T* const keys = static_cast<const T*>(kv.const_data_ptr());
  const int64_t row = kv.size(1);
  kernel::append_to_pages<T>(source_rules(shape_, shape_.num_kv_heads, 1), {&sequence, 1}, {keys, row},
                             {keys + row / 2, row});
}

void SourceKeys::set(int64_t layer, const at::Tensor& kv) {
  check_internal(kv.sizes() == at::IntArrayRef({num_tokens_, 2 * shape_.num_kv_heads * shape_.head_width}) &&
                     kv.scalar_type() == shape_.dtype && layer >= 0 && layer < shape_.num_layers,
                 "a text has keys and values of each token, in the model's type");
  const at::Tensor rows = kv.contiguous();
  shape_.dtype == at::kFloat ? append<float>(layer, rows) : append<kernel::BFloat16>(layer, rows);
}

template <typename T>
at::Tensor SourceBatch::attend_as(int64_t layer, const at::Tensor& q, const Packing& queries, int64_t num_heads,
                                  double scale) const {
  std::vector<std::vector<T*>> pages(sources_.size());
  std::vector<kernel::CachedSequence<T>> tokens;  // each query by itself: it sees all keys
  for (size_t i = 0; i < sources_.size(); ++i) {
    const SourceKeys& source = *sources_[i];
    for (int64_t page = 0; page < source.num_pages(); ++page) {
      pages[i].push_back(static_cast<T*>(source.page(layer, page)));
    }
    for (int64_t row = queries.offsets[i]; row < queries.offsets[i + 1]; ++row) {
      tokens.push_back({pages[i].data(), source.num_tokens() - 1, row, 1});
    }
  }
  const at::Tensor out = at::empty_like(q);
  kernel::cached_attention<T>(source_rules(sources_.front()->shape(), num_heads, scale), tokens,
                              {static_cast<const T*>(q.const_data_ptr()), q.size(1)},
                              {static_cast<T*>(out.data_ptr()), q.size(1)});
  return out;
}

at::Tensor SourceBatch::attend(int64_t layer, const at::Tensor& q, const Packing& queries, int64_t num_heads,
                               double scale) const {
  check_internal(queries.num_sequences() == num_sequences() && num_sequences() > 0, "each sequence has a text");
  const KvShape& shape = sources_.front()->shape();
  check_internal(q.sizes() == at::IntArrayRef({queries.num_tokens(), num_heads * shape.head_width}) &&
                     q.scalar_type() == shape.dtype,
                 "a query has all heads, in the type of the keys");
  const at::Tensor rows = q.contiguous();
  return shape.dtype == at::kFloat ? attend_as<float>(layer, rows, queries, num_heads, scale)
                                   : attend_as<kernel::BFloat16>(layer, rows, queries, num_heads, scale);
}

}  // namespace hone::tensor
