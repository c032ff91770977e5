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

// The halves of the rows of a dense tensor.
template <typename S>
kernel::GatedRows<const S> halves_of(const at::Tensor& joined) {
  const S* data = elements<S>(joined);
  return {{data, joined.size(-1)}, {data + joined.size(-1) / 2, joined.size(-1)}};
}
template <typename S>
kernel::GatedRows<S> mutable_halves_of(const at::Tensor& joined) {
  S* data = mutable_elements<S>(joined);
  return {{data, joined.size(-1)}, {data + joined.size(-1) / 2, joined.size(-1)}};
}

kernel::ActivationShape gated_shape(const at::Tensor& joined, ActivationKind kind) {
  return {num_rows(joined), joined.size(-1) / 2, kind};
}

class GatedActivationFunction : public torch::autograd::Function<GatedActivationFunction> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& given, ActivationKind kind) {
    const at::Tensor joined = given.contiguous();
    std::vector<int64_t> shape = joined.sizes().vec();
    shape.back() /= 2;
    const at::Tensor y = at::empty(shape, joined.options());
    gated_forward(joined, kind, y);
    context->save_for_backward({joined});
    context->saved_data["kind"] = static_cast<int64_t>(kind);
    return y;
  }

  static variable_list backward(AutogradContext* context, variable_list results) {
    const at::Tensor joined = context->get_saved_variables()[0], gradient = at::empty_like(joined);
    gated_backward(joined, static_cast<ActivationKind>(context->saved_data["kind"].toInt()), results[0].contiguous(),
                   gradient, {});
    return {gradient, {}};
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

at::Tensor gated_activation_by_library(const at::Tensor& gate_and_up, ActivationKind kind) {
  const auto halves = gate_and_up.chunk(2, -1);
  return activation_by_library(halves[0], {}, kind) * halves[1];
}

void gated_forward(const at::Tensor& joined, ActivationKind kind, const at::Tensor& y) {
  for_storage_type(joined, [&](auto type) {
    using S = decltype(type);
    kernel::gated_forward<S>(gated_shape(joined, kind), halves_of<S>(joined), {mutable_elements<S>(y), y.size(-1)});
  });
}

void gated_backward(const at::Tensor& joined, ActivationKind kind, const at::Tensor& dy, const at::Tensor& gradient,
                    const at::Tensor& y) {
  for_storage_type(joined, [&](auto type) {
    using S = decltype(type);
    const int64_t width = dy.size(-1);
    kernel::gated_backward<S>(gated_shape(joined, kind), halves_of<S>(joined), {elements<S>(dy), width},
                              mutable_halves_of<S>(gradient), {mutable_elements<S>(y), width});
  });
}

at::Tensor activation(const at::Tensor& x, const at::Tensor& bias, ActivationKind kind) {
  check_internal(!bias.defined() || bias.numel() == x.size(-1), "an activation's bias is as wide as x");
  if (!x.device().is_cpu()) return activation_by_library(x, bias, kind);
  const auto columns = bias.defined() ? std::optional(bias.to(computed_dtype(x))) : std::nullopt;
  return ActivationFunction::apply(x, columns, kind);
}

at::Tensor gated_activation(const at::Tensor& gate_and_up, ActivationKind kind) {
  check_internal(gate_and_up.size(-1) % 2 == 0, "gate and up are the halves of an even width");
  if (!gate_and_up.device().is_cpu()) return gated_activation_by_library(gate_and_up, kind);
  return GatedActivationFunction::apply(gate_and_up, kind);
}

}  // namespace hone::tensor
