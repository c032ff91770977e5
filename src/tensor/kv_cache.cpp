#include "tensor/kv_cache.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/error.h"
#include "kernel/cached_attention.h"
#include "kernel/parallel.h"
#include "kernel/rotary.h"

namespace hone::tensor {

namespace {

constexpr int64_t kBlockBytes = 32 << 20;  // memory is taken in blocks of about this size

int64_t pages_in_block(const KvShape& shape) {
  return std::max<int64_t>(1, kBlockBytes / (shape.bytes_of_token() * kernel::kPageTokens));
}

template <typename T>
void turn(std::span<const kernel::CachedSequence<T>> sequences, kernel::HeadRows<T> qkv,
          const AttentionOptions& options, int64_t head_width) {
  const kernel::RotaryTable table{options.rotary.cosines.const_data_ptr<float>(),
                                  options.rotary.sines.const_data_ptr<float>(), 2 * options.rotary.cosines.size(1)};
  const int64_t num_heads = options.num_heads + options.num_kv_heads;
  for (const auto& sequence : sequences) {
    const int64_t grain = kernel::row_grain(sequence.num_tokens * head_width);
    kernel::parallel_ranges(num_heads, grain, [&](int64_t begin, int64_t end, int) {
      for (int64_t head = begin; head < end; ++head) {
        T* const rows = qkv.data + sequence.first_row * qkv.row_stride + head * head_width;
        const kernel::RotaryRows places{sequence.num_past, sequence.num_tokens, head_width, qkv.row_stride,
                                        qkv.row_stride};
        kernel::rotate_rows<T>(table, places, rows, rows);
      }
    });
  }
}

// Returns the bias of each distance for cached attention, [H, L + P]: distances L - 1 ... 0, then zeros.
at::Tensor bias_by_distance(const DistanceTables& tables, int64_t length) {
  const at::Tensor distances = at::arange(length - 1, -1, -1, at::kLong) + tables.rows.numel() / 2;
  const at::Tensor rows = tables.rows.index_select(0, distances);
  const at::Tensor bias = tables.bias.detach().index_select(1, rows).to(at::kFloat);
  return at::cat({bias, bias.new_zeros({bias.size(0), kernel::kPageTokens})}, 1).contiguous();
}

}  // namespace

int64_t KvShape::bytes_of_token() const {
  return num_layers * 2 * num_kv_heads * head_width * static_cast<int64_t>(c10::elementSize(dtype));
}

KvCache::KvCache(const KvShape& shape, int64_t max_tokens)
    : shape_(shape), pages_((max_tokens + kernel::kPageTokens - 1) / kernel::kPageTokens) {
  if (shape.bytes_of_token() == 0) {
    throw Error(ErrorKind::kUnsupported, "generation with a model without layers, which keeps no keys and values");
  }
  if (shape.dtype == at::kFloat || shape.dtype == at::kBFloat16) return;
  throw Error(ErrorKind::kUnsupported, fmt::format("a cache of keys and values in {}", c10::toString(shape.dtype)),
              "hone keeps them as float32 or bfloat16");
}

int64_t KvCache::page_elements() const { return kernel::page_size(shape_.num_kv_heads, shape_.head_width); }

void* KvCache::page(int32_t page, int64_t layer) {
  const int64_t in_block = pages_in_block(shape_);
  const at::Tensor& block = blocks_[static_cast<size_t>(page / in_block)];
  const int64_t at = (page % in_block * shape_.num_layers + layer) * page_elements();
  return static_cast<std::byte*>(block.data_ptr()) + at * static_cast<int64_t>(block.element_size());
}

void KvCache::add_memory() {
  const int64_t in_block = pages_in_block(shape_);
  while (static_cast<int64_t>(blocks_.size()) * in_block < pages_.num_pages()) {
    blocks_.push_back(at::empty({in_block, shape_.num_layers, page_elements()}, at::TensorOptions(shape_.dtype)));
  }
}

void KvCache::fork(SequenceId from, SequenceId to) {
  const auto copy = pages_.fork(from, to);
  add_memory();
  if (!copy) return;
  const auto bytes =
      static_cast<size_t>(shape_.num_layers * page_elements()) * static_cast<size_t>(c10::elementSize(shape_.dtype));
  std::memcpy(page(copy->to, 0), page(copy->from, 0), bytes);
}

KvBatch KvCache::batch(std::vector<SequenceId> ids) {
  add_memory();
  return {*this, std::move(ids)};
}

KvBatch::KvBatch(KvCache& cache, std::vector<KvCache::SequenceId> ids) : cache_(&cache), ids_(std::move(ids)) {
  std::vector<int64_t> lengths;
  for (const auto id : ids_) {
    num_past_.push_back(cache.pages_.num_computed(id));
    lengths.push_back(cache.pages_.length(id) - num_past_.back());
    check_internal(lengths.back() > 0, "each sequence of the batch has a token to compute");
  }
  packing_ = Packing::from_lengths(lengths);
  packing_.first_positions = num_past_;
}

at::Tensor KvBatch::ids() const {
  at::Tensor ids = at::empty({packing_.num_tokens()}, at::kLong);
  int64_t* to = ids.mutable_data_ptr<int64_t>();
  for (size_t i = 0; i < ids_.size(); ++i) {
    const auto tokens = cache_->pages_.tokens(ids_[i]).subspan(static_cast<size_t>(num_past_[i]));
    to = std::ranges::copy(tokens, to).out;
  }
  return ids;
}

std::span<const int32_t> KvBatch::tokens(size_t sequence) const { return cache_->pages_.tokens(ids_[sequence]); }

int64_t KvBatch::max_length() const {
  int64_t longest = 0;
  for (const auto id : ids_) longest = std::max(longest, cache_->pages_.length(id));
  return longest;
}

at::Tensor KvBatch::attend(int64_t layer, const at::Tensor& qkv, const AttentionOptions& options) const {
  check_internal(qkv.scalar_type() == cache_->shape_.dtype && qkv.is_contiguous() && qkv.device().is_cpu(),
                 "the cache holds keys and values of the model's type");
  check_internal(!options.key_mask.defined() && !options.bias.defined() && !options.distances.keys.defined() &&
                     !options.distances.queries.defined() && options.p == 0 &&
                     options.num_kv_heads == cache_->shape_.num_kv_heads,
                 "cached attention takes neither masks nor dropout");
  return qkv.scalar_type() == at::kFloat ? attend_as<float>(layer, qkv, options)
                                         : attend_as<kernel::BFloat16>(layer, qkv, options);
}

template <typename T>
at::Tensor KvBatch::attend_as(int64_t layer, const at::Tensor& qkv, const AttentionOptions& options) const {
  const int64_t width = cache_->shape_.head_width, row = qkv.size(1);
  check_internal(row == (options.num_heads + 2 * options.num_kv_heads) * width, "a row has q, k and v of all heads");
  T* const data = static_cast<T*>(qkv.data_ptr());
  std::vector<std::vector<T*>> pages(ids_.size());
  std::vector<kernel::CachedSequence<T>> sequences;
  bool is_first = true;  // nothing is in the cache yet
  for (size_t i = 0; i < ids_.size(); ++i) {
    for (const int32_t page : cache_->pages_.pages(ids_[i])) {
      pages[i].push_back(static_cast<T*>(cache_->page(page, layer)));
    }
    const int64_t first = packing_.offsets[i], num_tokens = packing_.offsets[i + 1] - first;
    sequences.push_back({pages[i].data(), num_past_[i], first, num_tokens});
    is_first = is_first && num_past_[i] == 0;
  }
  if (options.rotary.cosines.defined()) turn<T>(sequences, {data, row}, options, width);
  kernel::CachedAttentionRules rules;
  rules.num_heads = options.num_heads;
  rules.num_kv_heads = options.num_kv_heads;
  rules.head_width = width;
  rules.scale = options.scale > 0 ? options.scale : 1 / std::sqrt(static_cast<double>(width));
  rules.soft_cap = options.soft_cap;
  rules.window = options.window.value_or(kernel::kWholeSequence);
  const int64_t keys = options.num_heads * width, values = keys + options.num_kv_heads * width;
  kernel::append_to_pages<T>(rules, sequences, {data + keys, row}, {data + values, row});
  if (is_first && packing_.num_tokens() > packing_.num_sequences()) {
    AttentionOptions turned = options;
    turned.rotary = {};
    turned.causal = true;
    return attention(qkv, packing_, turned);  // reads keys tile by tile, which is faster for many queries
  }
  at::Tensor bias;
  if (options.distances.rows.defined()) {
    bias = bias_by_distance(options.distances, max_length());
    rules.distance_bias = bias.const_data_ptr<float>();
    rules.distance_stride = bias.size(1);
    rules.longest_distance = max_length() - 1;
  }
  const at::Tensor out = at::empty({qkv.size(0), keys}, qkv.options());
  kernel::cached_attention<T>(rules, sequences, {data, row}, {static_cast<T*>(out.data_ptr()), keys});
  return out;
}

void KvBatch::finish() const {
  for (const auto id : ids_) cache_->pages_.set_computed(id);
}

}  // namespace hone::tensor
