#include "model/body.h"

#include <memory>
#include <utility>

#include "tensor/recompute.h"

namespace hone::model {

Hidden Body::forward(const Inputs& inputs, const nn::ForwardContext& context) const {
  Stream stream = begin(inputs, context);
  for (int64_t index = 0; index < traits_.num_layers; ++index) {
    if (context.training && context.recomputes_layers) {
      const auto again = [this, owner = shared_from_this(), index, packing = stream.packing,
                          context](const at::Tensor& x) { return layer(index, {x, packing}, context); };
      stream.x = tensor::recompute_in_backward(again, stream.x);
    } else {
      stream.x = layer(index, stream, context);
    }
  }
  return end(std::move(stream), context);
}

}  // namespace hone::model
