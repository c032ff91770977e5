// activation(x + bias) W^T and (activation(gate) * up) W^T: the second half of a feed-forward block. Keeps only x, not
// the activations (usually four times as wide as the model). Backward needs a sweep over x anyway, and recomputes the
// activations in it. Shapes: T rows, F width of the activation, O out features.
#pragma once

#include <ATen/core/Tensor.h>

#include "kernel/activation.h"

namespace hone::tensor {

// x [T, F] on the CPU, bias [F] or undefined, weight [O, F], `cast_weight` the weight in x's type -> [T, O] of x's
// type. Types and gradients are those of tensor::activation and tensor::linear. `overwrite_x` lets backward overwrite x
// if the graph is not retained. Set it only if nothing else reads x, for example for a fresh product.
at::Tensor activated_linear(const at::Tensor& x, const at::Tensor& bias, kernel::ActivationKind kind,
                            const at::Tensor& weight, const at::Tensor& cast_weight, bool overwrite_x = false);

// The same for (activation(gate) * up) W^T (GeGLU, SwiGLU): gate_and_up [T, 2 F], whose halves are gate and up.
// `overwrite_x` lets backward overwrite gate_and_up.
at::Tensor gated_linear(const at::Tensor& gate_and_up, kernel::ActivationKind kind, const at::Tensor& weight,
                        const at::Tensor& cast_weight, bool overwrite_x = false);

}  // namespace hone::tensor
