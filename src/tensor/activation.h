// activation(x + bias) and activation(gate) * up as autograd functions around kernel/activation.h. Each keeps only its
// inputs.
#pragma once

#include <ATen/core/Tensor.h>

#include "kernel/activation.h"

namespace hone::tensor {

using kernel::ActivationKind;

// x [*, F] of float, double or bfloat16, on any device; bias [F] or undefined, float if x is bfloat16. Returns x's
// type.
at::Tensor activation(const at::Tensor& x, const at::Tensor& bias, ActivationKind kind);

// activation(gate) * up for one matrix [*, 2 F] whose halves are gate and up, the result of a joined product: [*, F].
at::Tensor gated_activation(const at::Tensor& gate_and_up, ActivationKind kind);

// The same by libtorch's operations, for devices other than the CPU.
at::Tensor activation_by_library(const at::Tensor& x, const at::Tensor& bias, ActivationKind kind);
at::Tensor gated_activation_by_library(const at::Tensor& gate_and_up, ActivationKind kind);

// The steps of gated_activation on dense tensors of one type, for functions that fuse it: y = activation(gate) * up,
// and the gradient of `joined`, which may overwrite it. The latter also writes y if it is defined; y may be dy.
void gated_forward(const at::Tensor& joined, ActivationKind kind, const at::Tensor& y);
void gated_backward(const at::Tensor& joined, ActivationKind kind, const at::Tensor& dy, const at::Tensor& gradient,
                    const at::Tensor& y);

}  // namespace hone::tensor
