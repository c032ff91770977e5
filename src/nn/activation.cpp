// The table of activation functions. Hendrycks, Gimpel, "Gaussian Error Linear Units", arXiv 1606.08415.
#include "nn/activation.h"

#include <ATen/ATen.h>

#include <array>

#include "base/names.h"

namespace hone::nn {

namespace {

at::Tensor gelu_exact(const at::Tensor& x) { return at::gelu(x); }
at::Tensor gelu_tanh(const at::Tensor& x) { return at::gelu(x, "tanh"); }
at::Tensor gelu_quick(const at::Tensor& x) { return x * at::sigmoid(1.702 * x); }
at::Tensor relu(const at::Tensor& x) { return at::relu(x); }
at::Tensor relu_squared(const at::Tensor& x) { return at::square(at::relu(x)); }
at::Tensor silu(const at::Tensor& x) { return at::silu(x); }
at::Tensor tanh(const at::Tensor& x) { return at::tanh(x); }
at::Tensor sigmoid(const at::Tensor& x) { return at::sigmoid(x); }
at::Tensor mish(const at::Tensor& x) { return at::mish(x); }
at::Tensor identity(const at::Tensor& x) { return x; }

constexpr std::array kActivations{
    Activation{"gelu", "x Phi(x), exact", gelu_exact},
    Activation{"gelu_python", "the same as gelu", gelu_exact},
    Activation{"gelu_new", "gelu by the tanh approximation", gelu_tanh},
    Activation{"gelu_pytorch_tanh", "gelu by the tanh approximation", gelu_tanh},
    Activation{"gelu_python_tanh", "gelu by the tanh approximation", gelu_tanh},
    Activation{"gelu_fast", "gelu by the tanh approximation", gelu_tanh},
    Activation{"gelu_accurate", "gelu by the tanh approximation", gelu_tanh},
    Activation{"quick_gelu", "x sigmoid(1.702 x)", gelu_quick},
    Activation{"relu", "max(x, 0)", relu},
    Activation{"relu2", "max(x, 0) squared", relu_squared},
    Activation{"silu", "x sigmoid(x)", silu},
    Activation{"swish", "the same as silu", silu},
    Activation{"tanh", "hyperbolic tangent", tanh},
    Activation{"sigmoid", "1 / (1 + exp(-x))", sigmoid},
    Activation{"mish", "x tanh(softplus(x))", mish},
    Activation{"linear", "x itself", identity},
};

}  // namespace

std::span<const Activation> activations() { return kActivations; }

const Activation& find_activation(std::string_view name) {
  return find_row(kActivations, "activation", name, ErrorKind::kUnsupported);
}

}  // namespace hone::nn
