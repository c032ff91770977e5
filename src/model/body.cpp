#include "model/body.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "base/error.h"
#include "nn/forward_scope.h"
#include "tensor/recompute.h"
#include "tensor/row_chunks.h"

namespace hone::model {

namespace {

constexpr const char* kNoEncoder = "the body has no encoder beside a decoder";

// Gives the output of the last layer its own packing.
void end_layers(Stream& stream) {
  if (!stream.packing.returns_first_tokens) return;
  stream.packing =
      tensor::Packing::from_lengths(std::vector<int64_t>(static_cast<size_t>(stream.packing.num_sequences()), 1));
}

}  // namespace

std::optional<int64_t> Body::num_frozen_layers() const {
  if (!frozen_.evaluates || !frozen_.has(0) || traits_.depends_on_batch) return std::nullopt;
  int64_t count = 0;
  const int64_t limit = traits_.num_encoder_layers.value_or(traits_.num_layers);
  while (count < limit && frozen_.has(static_cast<size_t>(count) + 1)) ++count;
  return count;
}

nn::ForwardContext Body::context_of(int64_t stage, nn::ForwardContext context) const {
  if (frozen_.evaluates && frozen_.has(static_cast<size_t>(stage))) context.training = false;
  return context;
}

Stream Body::scoped_begin(const Inputs& inputs, const nn::ForwardContext& context) const {
  const nn::ForwardScope scope(context);
  Stream stream = begin(inputs, context);
  stream.cache = inputs.cache;
  return stream;
}

at::Tensor Body::scoped_layer(int64_t index, const Stream& stream, const nn::ForwardContext& context) const {
  const nn::ForwardScope scope(context);
  return layer(index, stream, context);
}

Hidden Body::forward(const Inputs& inputs, const nn::ForwardContext& context, const LayerSelection& selection) const {
  const int64_t last = selection.num_layers.value_or(traits_.num_layers);
  check_internal(selection.num_prefix >= 0 && selection.num_prefix <= last && last <= traits_.num_layers,
                 "the body has these layers");
  const int64_t num_encoder_layers = traits_.num_encoder_layers.value_or(-1);
  int64_t first = selection.num_prefix;
  Stream stream;
  if (inputs.sources != nullptr) {
    first = num_encoder_layers;
  } else if (first > 0) {
    stream = selection.prefix;
  } else if (const auto num_frozen = num_frozen_layers(); num_frozen && selection.outputs == nullptr) {
    first = std::min(*num_frozen, last);
    stream = prefix(inputs, context, first, selection.first_tokens_only && first == last);
  } else {
    stream = scoped_begin(inputs, context_of(0, context));
  }
  if (selection.outputs != nullptr) selection.outputs->push_back(stream.x);
  for (int64_t index = first; index < last; ++index) {
    if (index == num_encoder_layers) enter_decoder(stream, inputs, context_of(index + 1, context));
    stream.packing.returns_first_tokens = selection.first_tokens_only && index + 1 == last;
    stream.x = layer_or_recomputed(index, stream, context_of(index + 1, context));
    if (selection.outputs != nullptr) selection.outputs->push_back(stream.x);
  }
  end_layers(stream);
  const nn::ForwardScope scope(context);
  return end(std::move(stream), context);
}

Stream Body::prefix(const Inputs& inputs, nn::ForwardContext context, int64_t num_layers,
                    bool first_tokens_only) const {
  check_internal(num_layers >= 0 && num_layers <= traits_.num_layers, "the body has these layers");
  const at::NoGradGuard no_gradients;
  const tensor::IndependentRows independent;
  context.training = false;
  Stream stream = scoped_begin(inputs, context);
  for (int64_t index = 0; index < num_layers; ++index) {
    stream.packing.returns_first_tokens = first_tokens_only && index + 1 == num_layers;
    stream.x = scoped_layer(index, stream, context);
  }
  end_layers(stream);
  return stream;
}

Stream Body::encoded(const Inputs& inputs, const nn::ForwardContext& given) const {
  check_internal(traits_.num_encoder_layers.has_value(), "the body has an encoder");
  Stream stream = prefix(inputs, given, *traits_.num_encoder_layers);
  nn::ForwardContext context = given;
  context.training = false;
  const at::NoGradGuard no_gradients;
  const tensor::IndependentRows independent;
  const nn::ForwardScope scope(context);
  stream.memory = end_encoder(stream, context);
  stream.memory_packing = stream.packing;
  return stream;
}

at::Tensor Body::source_keys(int64_t, const at::Tensor&) const { throw Error(ErrorKind::kInternal, kNoEncoder); }
at::Tensor Body::end_encoder(const Stream&, const nn::ForwardContext&) const {
  throw Error(ErrorKind::kInternal, kNoEncoder);
}
at::Tensor Body::begin_decoder(const Inputs&, const nn::ForwardContext&) const {
  throw Error(ErrorKind::kInternal, kNoEncoder);
}

void Body::enter_decoder(Stream& stream, const Inputs& inputs, const nn::ForwardContext& context) const {
  const nn::ForwardScope scope(context);
  if (inputs.sources == nullptr) {
    stream.memory = end_encoder(stream, context);
    stream.memory_packing = std::move(stream.packing);
  }
  stream.cache = inputs.cache;
  stream.sources = inputs.sources;
  stream.packing = inputs.decoder.packing;
  stream.x = begin_decoder(inputs, context);
}

at::Tensor Body::layer_or_recomputed(int64_t index, const Stream& stream, const nn::ForwardContext& context) const {
  // A frozen layer whose input has no gradient keeps nothing for backward.
  const bool reads_memory = stream.memory.defined();
  const bool has_backward = stream.x.requires_grad() || (reads_memory && stream.memory.requires_grad()) ||
                            !frozen_.has(static_cast<size_t>(index) + 1);
  // A second computation would not be what the balance of experts was summed over.
  const bool is_kept = !context.training || !context.recomputes_layers || stream.balance != nullptr;
  if (is_kept || !has_backward) {
    return scoped_layer(index, stream, context);
  }
  const auto again = [this, owner = shared_from_this(), index, packing = stream.packing, context](const at::Tensor& x) {
    return scoped_layer(index, {x, packing}, context);
  };
  if (!reads_memory) return tensor::recompute_in_backward(again, stream.x);
  // Both inputs in one tensor.
  const std::vector<int64_t> rows{stream.x.size(0), stream.memory.size(0)};
  const auto of_decoder = [this, owner = shared_from_this(), index, rows, packing = stream.packing,
                           memory_packing = stream.memory_packing, context](const at::Tensor& both) {
    const auto parts = both.split_with_sizes(rows);
    Stream joined{.x = parts[0], .packing = packing};
    joined.memory = parts[1];
    joined.memory_packing = memory_packing;
    return scoped_layer(index, joined, context);
  };
  return tensor::recompute_in_backward(of_decoder, at::cat({stream.x, stream.memory}));
}

}  // namespace hone::model
