// Gradient checkpointing: what a part of a model computed on the way is dropped after forward and computed again in
// backward. Chen et al., "Training Deep Nets with Sublinear Memory Cost", arXiv 1604.06174.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>

namespace hone::tensor {

// part(x), of which only x is kept for backward. `part` must give the same again (draws by place do), and must own what
// it needs until then; gradients of parameters that it uses are added to them as ever.
at::Tensor recompute_in_backward(const std::function<at::Tensor(const at::Tensor&)>& part, const at::Tensor& x);

}  // namespace hone::tensor
