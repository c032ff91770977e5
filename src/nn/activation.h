// The activation functions that config.json names (hidden_act, activation), keyed by HF's names. Hendrycks, Gimpel,
// "Gaussian Error Linear Units", arXiv 1606.08415.
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <span>
#include <string_view>

#include "tensor/activation.h"

namespace hone::nn {

struct Activation {
  std::string_view name;
  std::string_view doc;
  at::Tensor (*apply)(const at::Tensor& x, const at::Tensor& bias);  // of x + bias; bias [F] or undefined
  std::optional<tensor::ActivationKind> kernel;                      // unset if hone has no kernel for it
};

// activation(x + bias) before it is computed. It is the input of the next linear (nn::Linear::product), which may
// overwrite x. So x must be a fresh product that nothing else reads.
struct ActivatedInput {
  at::Tensor x, bias;  // [T, F], [F]
  const Activation& activation;
};

// activation(gate) * up before it is computed, with the halves of x [T, 2 F] as gate and up; as ActivatedInput.
// Shazeer, "GLU Variants Improve Transformer", arXiv 2002.05202.
struct GatedInput {
  at::Tensor x;
  const Activation& activation;

  at::Tensor apply() const;  // [T, F]
};

std::span<const Activation> activations();

// Throws kUnsupported with the nearest name if the name is unknown.
const Activation& find_activation(std::string_view name);

}  // namespace hone::nn
