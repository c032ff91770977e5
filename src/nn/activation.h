// The activation functions that config.json names (hidden_act, activation), keyed by HF's names.
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
  at::Tensor (*apply)(const at::Tensor& x, const at::Tensor& bias);  // of x + bias; bias [F], or undefined: of x
  std::optional<tensor::ActivationKind> kernel;                      // where it has one of its own
};

// activation(x + bias) before it is computed, for the linear that comes after it (nn::Linear::product), which may write
// over x: a fresh product that nothing else reads.
struct ActivatedInput {
  at::Tensor x, bias;  // [T, F], [F]
  const Activation& activation;
};

std::span<const Activation> activations();

// Throws kUnsupported with the nearest name for an unknown one.
const Activation& find_activation(std::string_view name);

}  // namespace hone::nn
