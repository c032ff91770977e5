#include "nn/activation.h"

#include <ATen/ops/mish.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/square.h>
#include <ATen/ops/tanh.h>

#include <array>

#include "base/names.h"
#include "tensor/activation.h"

namespace hone::nn {

namespace {

using tensor::ActivationKind;

template <ActivationKind kind>
constexpr Activation fused(std::string_view name, std::string_view doc) {
  return {name, doc, [](const at::Tensor& x, const at::Tensor& bias) { return tensor::activation(x, bias, kind); },
          kind};
}

// Activations without a kernel.
template <at::Tensor (*function)(const at::Tensor&)>
constexpr Activation of_sum(std::string_view name, std::string_view doc) {
  const auto apply = [](const at::Tensor& x, const at::Tensor& bias) {
    return function(bias.defined() ? x + bias.to(x.scalar_type()) : x);
  };
  return {name, doc, apply, std::nullopt};
}

at::Tensor relu_squared(const at::Tensor& x) { return at::square(at::relu(x)); }
at::Tensor tanh(const at::Tensor& x) { return at::tanh(x); }
at::Tensor sigmoid(const at::Tensor& x) { return at::sigmoid(x); }
at::Tensor mish(const at::Tensor& x) { return at::mish(x); }
at::Tensor identity(const at::Tensor& x) { return x; }

constexpr std::array kActivations{
    fused<ActivationKind::kGelu>("gelu", "x Phi(x), exact"),
    fused<ActivationKind::kGelu>("gelu_python", "the same as gelu"),
    fused<ActivationKind::kGeluTanh>("gelu_new", "gelu by the tanh approximation"),
    fused<ActivationKind::kGeluTanh>("gelu_pytorch_tanh", "gelu by the tanh approximation"),
    fused<ActivationKind::kGeluTanh>("gelu_python_tanh", "gelu by the tanh approximation"),
    fused<ActivationKind::kGeluTanh>("gelu_fast", "gelu by the tanh approximation"),
    fused<ActivationKind::kGeluTanh>("gelu_accurate", "gelu by the tanh approximation"),
    fused<ActivationKind::kGeluQuick>("quick_gelu", "x sigmoid(1.702 x)"),
    fused<ActivationKind::kRelu>("relu", "max(x, 0)"),
    of_sum<relu_squared>("relu2", "max(x, 0) squared"),
    fused<ActivationKind::kSilu>("silu", "x sigmoid(x)"),
    fused<ActivationKind::kSilu>("swish", "the same as silu"),
    of_sum<tanh>("tanh", "hyperbolic tangent"),
    of_sum<sigmoid>("sigmoid", "1 / (1 + exp(-x))"),
    of_sum<mish>("mish", "x tanh(softplus(x))"),
    of_sum<identity>("linear", "x itself"),
};

}  // namespace

at::Tensor GatedInput::apply() const {
  if (activation.kernel) return tensor::gated_activation(x, *activation.kernel);
  const auto halves = x.chunk(2, -1);
  return activation.apply(halves[0], {}) * halves[1];
}

std::span<const Activation> activations() { return kActivations; }

const Activation& find_activation(std::string_view name) {
  return find_row(kActivations, "activation", name, ErrorKind::kUnsupported);
}

}  // namespace hone::nn
