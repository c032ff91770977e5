// The activation between the two linears of a transformer's feed-forward block: activation(x + bias), and
// silu(gate) * up. Forward and backward take one sweep each; backward recomputes the activation from the inputs. T rows
// (tokens), F width. Storage S: float, BFloat16 (both computed in float) or double. Hendrycks, Gimpel, arXiv
// 1606.08415; Shazeer, arXiv 2002.05202.
#pragma once

#include <cstdint>

#include "kernel/bfloat16.h"

namespace hone::kernel {

// gelu: x Phi(x); gelu_tanh: its tanh approximation; gelu_quick: x sigmoid(1.702 x); silu: x sigmoid(x); relu.
enum class ActivationKind { kGelu, kGeluTanh, kGeluQuick, kSilu, kRelu };

struct ActivationShape {
  int64_t num_rows = 0, width = 0;
  ActivationKind kind = ActivationKind::kGelu;
};

// y = activation(x + bias). All [T, F], dense; bias [F] or nullptr. y may be x.
template <typename S>
void activation_forward(const ActivationShape& shape, const S* x, const Computed<S>* bias, S* y);

// dx = dy * activation'(x + bias). Also writes the sum of dx over the rows to bias_gradient [F], and the activation to
// y; both may be nullptr. dx may be dy, and y may be x.
template <typename S>
void activation_backward(const ActivationShape& shape, const S* x, const Computed<S>* bias, const S* dy, S* dx,
                         Computed<S>* bias_gradient, S* y);

// Rows of F elements that may be parts of longer rows.
template <typename S>
struct StridedRows {
  S* data = nullptr;
  int64_t row_stride = 0;  // elements
};

struct GateShape {
  int64_t num_rows = 0, width = 0;
};

// y = silu(gate) * up.
template <typename S>
void silu_gate_forward(const GateShape& shape, StridedRows<const S> gate, StridedRows<const S> up, StridedRows<S> y);

// Computes the gradients of gate and up, which may overwrite gate and up.
template <typename S>
void silu_gate_backward(const GateShape& shape, StridedRows<const S> gate, StridedRows<const S> up,
                        StridedRows<const S> dy, StridedRows<S> gate_gradient, StridedRows<S> up_gradient);

}  // namespace hone::kernel
