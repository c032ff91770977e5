// The table of activation functions. Hendrycks, Gimpel, "Gaussian Error Linear Units", arXiv 1606.08415.
#include "nn/activation.h"

#include <ATen/ATen.h>

#include <array>

#include "base/names.h"
#include "tensor/activation.h"

namespace hone::nn {

namespace {

using tensor::ActivationKind;

template <ActivationKind kind>
at::Tensor fused(const at::Tensor& x, const at::Tensor& bias) {
  return tensor::activation(x, bias, kind);
}

// Those without a kernel of their own.
template <at::Tensor (*function)(const at::Tensor&)>
at::Tensor of_sum(const at::Tensor& x, const at::Tensor& bias) {
  return function(bias.defined() ? x + bias.to(x.scalar_type()) : x);
}

at::Tensor relu_squared(const at::Tensor& x) { return at::square(at::relu(x)); }
at::Tensor tanh(const at::Tensor& x) { return at::tanh(x); }
at::Tensor sigmoid(const at::Tensor& x) { return at::sigmoid(x); }
at::Tensor mish(const at::Tensor& x) { return at::mish(x); }
at::Tensor identity(const at::Tensor& x) { return x; }

constexpr std::array kActivations{
    Activation{"gelu", "x Phi(x), exact", fused<ActivationKind::kGelu>},
    Activation{"gelu_python", "the same as gelu", fused<ActivationKind::kGelu>},
    Activation{"gelu_new", "gelu by the tanh approximation", fused<ActivationKind::kGeluTanh>},
    Activation{"gelu_pytorch_tanh", "gelu by the tanh approximation", fused<ActivationKind::kGeluTanh>},
    Activation{"gelu_python_tanh", "gelu by the tanh approximation", fused<ActivationKind::kGeluTanh>},
    Activation{"gelu_fast", "gelu by the tanh approximation", fused<ActivationKind::kGeluTanh>},
    Activation{"gelu_accurate", "gelu by the tanh approximation", fused<ActivationKind::kGeluTanh>},
    Activation{"quick_gelu", "x sigmoid(1.702 x)", fused<ActivationKind::kGeluQuick>},
    Activation{"relu", "max(x, 0)", fused<ActivationKind::kRelu>},
    Activation{"relu2", "max(x, 0) squared", of_sum<relu_squared>},
    Activation{"silu", "x sigmoid(x)", fused<ActivationKind::kSilu>},
    Activation{"swish", "the same as silu", fused<ActivationKind::kSilu>},
    Activation{"tanh", "hyperbolic tangent", of_sum<tanh>},
    Activation{"sigmoid", "1 / (1 + exp(-x))", of_sum<sigmoid>},
    Activation{"mish", "x tanh(softplus(x))", of_sum<mish>},
    Activation{"linear", "x itself", of_sum<identity>},
};

}  // namespace

std::span<const Activation> activations() { return kActivations; }

const Activation& find_activation(std::string_view name) {
  return find_row(kActivations, "activation", name, ErrorKind::kUnsupported);
}

}  // namespace hone::nn
