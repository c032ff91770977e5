// Runs x through a stack of layers. If context.recomputes_layers, drops the intermediate results of each layer to save
// memory, and computes them again in backward.
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>

#include "nn/forward_context.h"
#include "nn/module_list.h"
#include "tensor/packing.h"
#include "tensor/recompute.h"

namespace hone::nn {

// Layer has at::Tensor forward(x, packing, context). x [T, C] -> [T, C].
template <typename Layer>
at::Tensor through_layers(const ModuleList<Layer>& layers, at::Tensor x, const tensor::Packing& packing,
                          const ForwardContext& context) {
  for (const std::shared_ptr<Layer>& layer : layers) {
    if (context.training && context.recomputes_layers) {
      const auto again = [layer, packing, context](const at::Tensor& in) {
        return layer->forward(in, packing, context);
      };
      x = tensor::recompute_in_backward(again, x);
    } else {
      x = layer->forward(x, packing, context);
    }
  }
  return x;
}

}  // namespace hone::nn
