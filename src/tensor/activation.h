// activation(x + bias) and silu(gate) * up as autograd functions around kernel/activation.h. Each keeps only its
// inputs.
#pragma once

#include <ATen/core/Tensor.h>

#include "kernel/activation.h"

namespace hone::tensor {

using kernel::ActivationKind;

// x [*, F] of float, double or bfloat16, on any device; bias [F] or undefined, float if x is bfloat16. Returns x's
// type.
at::Tensor activation(const at::Tensor& x, const at::Tensor& bias, ActivationKind kind);

// silu(gate) * up, gate and up [*, F].
at::Tensor silu_gate(const at::Tensor& gate, const at::Tensor& up);

// The same for one matrix [*, 2 F] whose halves are gate and up, the result of a joined product.
at::Tensor silu_gate(const at::Tensor& gate_and_up);

// The same by libtorch's operations, for devices other than the CPU.
at::Tensor activation_by_library(const at::Tensor& x, const at::Tensor& bias, ActivationKind kind);
at::Tensor silu_gate_by_library(const at::Tensor& gate, const at::Tensor& up);

}  // namespace hone::tensor
