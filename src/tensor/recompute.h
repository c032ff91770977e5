// Gradient checkpointing: intermediate results of a part of a model are dropped after forward and computed again in
// backward. Chen et al., "Training Deep Nets with Sublinear Memory Cost", arXiv 1604.06174.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>

namespace hone::tensor {

// Returns part(x), and keeps only x for backward. `part` must return the same result again (which hone's dropout does)
// and own what it needs until then. The parameters that it uses get their gradients as usual.
at::Tensor recompute_in_backward(const std::function<at::Tensor(const at::Tensor&)>& part, const at::Tensor& x);

}  // namespace hone::tensor
