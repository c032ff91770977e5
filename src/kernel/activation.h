// The activation between the two linears of a transformer's feed-forward block: activation(x + bias), and
// activation(gate) * up (GeGLU, SwiGLU). Forward and backward take one sweep each; backward recomputes the activation
// from the inputs. T rows (tokens), F width. Storage S: float, BFloat16 (both computed in float) or double. Hendrycks,
// Gimpel, arXiv 1606.08415; Shazeer, arXiv 2002.05202.
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

  S* row(int64_t t) const { return data + t * row_stride; }
};

// gate and up [T, F].
template <typename S>
struct GatedRows {
  StridedRows<S> gate, up;
};

// y = activation(gate) * up.
template <typename S>
void gated_forward(const ActivationShape& shape, const GatedRows<const S>& x, const StridedRows<S>& y);

// Computes the gradients of gate and up, which may overwrite gate and up. Also writes y, unless its data is nullptr; y
// may be dy.
template <typename S>
void gated_backward(const ActivationShape& shape, const GatedRows<const S>& x, const StridedRows<const S>& dy,
                    const GatedRows<S>& dx, const StridedRows<S>& y);

}  // namespace hone::kernel
