// activation(x + bias) and silu(gate) * up, each as one operation that keeps only its inputs.
#pragma once

#include <ATen/core/Tensor.h>

#include "kernel/activation.h"

namespace hone::tensor {

using kernel::ActivationKind;

// x [*, F] of float, double or bfloat16, on any device; bias [F] or undefined, float where x is bfloat16. Of x's type.
at::Tensor activation(const at::Tensor& x, const at::Tensor& bias, ActivationKind kind);

// silu(gate) * up, gate and up [*, F].
at::Tensor silu_gate(const at::Tensor& gate, const at::Tensor& up);

// The same of one [*, 2 F] whose halves are gate and up, as one matrix product gives them.
at::Tensor silu_gate(const at::Tensor& gate_and_up);

// The same by libtorch's own operations, as on devices other than the CPU.
at::Tensor activation_by_library(const at::Tensor& x, const at::Tensor& bias, ActivationKind kind);
at::Tensor silu_gate_by_library(const at::Tensor& gate, const at::Tensor& up);

}  // namespace hone::tensor
