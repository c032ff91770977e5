#include "model/body.h"

#include <ATen/core/grad_mode.h>

#include <memory>
#include <utility>

#include "base/error.h"
#include "tensor/recompute.h"

namespace hone::model {

Hidden Body::forward(const Inputs& inputs, const nn::ForwardContext& context, const LayerSelection& selection) const {
  const int64_t last = selection.num_layers.value_or(traits_.num_layers);
  check_internal(selection.num_prefix >= 0 && selection.num_prefix <= last && last <= traits_.num_layers,
                 "the body has these layers");
  Stream stream = selection.num_prefix > 0 ? selection.prefix : begin(inputs, context);
  if (selection.outputs != nullptr) selection.outputs->push_back(stream.x);
  for (int64_t index = selection.num_prefix; index < last; ++index) {
    stream.x = layer_or_recomputed(index, stream, context);
    if (selection.outputs != nullptr) selection.outputs->push_back(stream.x);
  }
  return end(std::move(stream), context);
}

Stream Body::prefix(const Inputs& inputs, nn::ForwardContext context, int64_t num_layers) const {
  check_internal(num_layers >= 0 && num_layers <= traits_.num_layers, "the body has these layers");
  const at::NoGradGuard no_gradients;
  context.training = false;
  Stream stream = begin(inputs, context);
  for (int64_t index = 0; index < num_layers; ++index) stream.x = layer(index, stream, context);
  return stream;
}

at::Tensor Body::layer_or_recomputed(int64_t index, const Stream& stream, const nn::ForwardContext& context) const {
  if (!context.training || !context.recomputes_layers) return layer(index, stream, context);
  const auto again = [this, owner = shared_from_this(), index, packing = stream.packing, context](const at::Tensor& x) {
    return layer(index, {x, packing}, context);
  };
  return tensor::recompute_in_backward(again, stream.x);
}

}  // namespace hone::model
