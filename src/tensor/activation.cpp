#include "tensor/activation.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/silu.h>
#include <ATen/ops/zeros_like.h>
#include <torch/csrc/autograd/custom_function.h>

#include <optional>
#include <vector>

#include "base/error.h"
#include "tensor/storage_type.h"

namespace hone::tensor {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

int64_t num_rows(const at::Tensor& x) { return x.size(-1) == 0 ? 0 : x.numel() / x.size(-1); }

class ActivationFunction : public torch::autograd::Function<ActivationFunction> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& given_x, const std::optional<at::Tensor>& bias,
                            ActivationKind kind) {
    const at::Tensor x = given_x.contiguous();
    const at::Tensor columns = bias ? bias->contiguous() : at::Tensor();
    at::Tensor y = at::empty_like(x);
    for_storage_type(x, [&](auto type) {
      using S = decltype(type);
      kernel::activation_forward<S>({num_rows(x), x.size(-1), kind}, elements<S>(x),
                                    elements<kernel::Computed<S>>(columns), mutable_elements<S>(y));
    });
    context->save_for_backward({x, columns});
    context->saved_data["kind"] = static_cast<int64_t>(kind);
    return y;
  }

  static variable_list backward(AutogradContext* context, variable_list results) {
    const variable_list saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &bias = saved[1], dy = results[0].contiguous();
    const at::Tensor dx = at::empty_like(x);
    const bool wants_bias = bias.defined() && context->needs_input_grad(1);
    const at::Tensor bias_gradient = wants_bias ? at::zeros_like(bias) : at::Tensor();
    const auto kind = static_cast<ActivationKind>(context->saved_data["kind"].toInt());
    for_storage_type(x, [&](auto type) {
      using S = decltype(type);
      using A = kernel::Computed<S>;
      kernel::activation_backward<S>({num_rows(x), x.size(-1), kind}, elements<S>(x), elements<A>(bias),
                                     elements<S>(dy), mutable_elements<S>(dx), mutable_elements<A>(bias_gradient),
                                     nullptr);
    });
    return {dx, bias_gradient, {}};
  }
};

// Returns the rows of a dense tensor, from column `first` on.
template <typename S>
kernel::StridedRows<const S> rows_of(const at::Tensor& x, int64_t first = 0) {
  return {elements<S>(x) + first, x.size(-1)};
}
template <typename S>
kernel::StridedRows<S> mutable_rows_of(const at::Tensor& x, int64_t first = 0) {
  return {mutable_elements<S>(x) + first, x.size(-1)};
}

class SiluGateFunction : public torch::autograd::Function<SiluGateFunction> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& given_gate, const at::Tensor& given_up) {
    const at::Tensor gate = given_gate.contiguous(), up = given_up.contiguous();
    const at::Tensor y = at::empty_like(gate);
    for_storage_type(gate, [&](auto type) {
      using S = decltype(type);
      kernel::silu_gate_forward<S>({num_rows(y), y.size(-1)}, rows_of<S>(gate), rows_of<S>(up), mutable_rows_of<S>(y));
    });
    context->save_for_backward({gate, up});
    return y;
  }

  static variable_list backward(AutogradContext* context, variable_list results) {
    const variable_list saved = context->get_saved_variables();
    const at::Tensor &gate = saved[0], &up = saved[1], dy = results[0].contiguous();
    const at::Tensor gate_gradient = at::empty_like(gate), up_gradient = at::empty_like(up);
    for_storage_type(gate, [&](auto type) {
      using S = decltype(type);
      kernel::silu_gate_backward<S>({num_rows(dy), dy.size(-1)}, rows_of<S>(gate), rows_of<S>(up), rows_of<S>(dy),
                                    mutable_rows_of<S>(gate_gradient), mutable_rows_of<S>(up_gradient));
    });
    return {gate_gradient, up_gradient};
  }
};

class JoinedSiluGateFunction : public torch::autograd::Function<JoinedSiluGateFunction> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& given) {
    const at::Tensor joined = given.contiguous();
    std::vector<int64_t> shape = joined.sizes().vec();
    const int64_t width = shape.back() / 2;
    shape.back() = width;
    const at::Tensor y = at::empty(shape, joined.options());
    for_storage_type(joined, [&](auto type) {
      using S = decltype(type);
      kernel::silu_gate_forward<S>({num_rows(y), width}, rows_of<S>(joined), rows_of<S>(joined, width),
                                   mutable_rows_of<S>(y));
    });
    context->save_for_backward({joined});
    return y;
  }

  static variable_list backward(AutogradContext* context, variable_list results) {
    const at::Tensor joined = context->get_saved_variables()[0], dy = results[0].contiguous();
    const int64_t width = dy.size(-1);
    const at::Tensor gradient = at::empty_like(joined);
    for_storage_type(joined, [&](auto type) {
      using S = decltype(type);
      kernel::silu_gate_backward<S>({num_rows(dy), width}, rows_of<S>(joined), rows_of<S>(joined, width),
                                    rows_of<S>(dy), mutable_rows_of<S>(gradient), mutable_rows_of<S>(gradient, width));
    });
    return {gradient};
  }
};

}  // namespace

at::Tensor activation_by_library(const at::Tensor& x, const at::Tensor& bias, ActivationKind kind) {
  const at::Tensor sum = bias.defined() ? x + bias.to(x.scalar_type()) : x;
  switch (kind) {
    case ActivationKind::kGelu:
      return at::gelu(sum);
    case ActivationKind::kGeluTanh:
      return at::gelu(sum, "tanh");
    case ActivationKind::kGeluQuick:
      return sum * at::sigmoid(1.702 * sum);
    case ActivationKind::kSilu:
      return at::silu(sum);
    default:
      return at::relu(sum);
  }
}

at::Tensor silu_gate_by_library(const at::Tensor& gate, const at::Tensor& up) { return at::silu(gate) * up; }

at::Tensor activation(const at::Tensor& x, const at::Tensor& bias, ActivationKind kind) {
  check_internal(!bias.defined() || bias.numel() == x.size(-1), "an activation's bias is as wide as x");
  if (!x.device().is_cpu()) return activation_by_library(x, bias, kind);
  const auto columns = bias.defined() ? std::optional(bias.to(computed_dtype(x))) : std::nullopt;
  return ActivationFunction::apply(x, columns, kind);
}

at::Tensor silu_gate(const at::Tensor& gate, const at::Tensor& up) {
  check_internal(gate.sizes() == up.sizes() && gate.scalar_type() == up.scalar_type(), "gate and up are alike");
  return gate.device().is_cpu() ? SiluGateFunction::apply(gate, up) : silu_gate_by_library(gate, up);
}

at::Tensor silu_gate(const at::Tensor& gate_and_up) {
  check_internal(gate_and_up.size(-1) % 2 == 0, "gate and up are the halves of an even width");
  if (gate_and_up.device().is_cpu()) return JoinedSiluGateFunction::apply(gate_and_up);
  const auto halves = gate_and_up.chunk(2, -1);
  return silu_gate_by_library(halves[0], halves[1]);
}

}  // namespace hone::tensor
