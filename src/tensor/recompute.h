// Gradient checkpointing: drops the intermediate results of a part of a model after forward, and computes them again in
// backward. Chen et al., "Training Deep Nets with Sublinear Memory Cost", arXiv 1604.06174.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>

namespace hone::tensor {

// Returns part(x), which requires a gradient, and keeps only x for backward. x may require none: then backward ends at
// the parameters of the part. `part` must return the same result when it is called again (hone's
// dropout does), and own everything it needs. Its parameters get their gradients as usual.
at::Tensor recompute_in_backward(const std::function<at::Tensor(const at::Tensor&)>& part, const at::Tensor& x);

// True while a part runs for the first time, without gradients. It will run again with gradients and must give the same
// bits, so it must not choose faster ways that only prediction has.
bool will_be_recomputed();

}  // namespace hone::tensor
