// The activation functions that config.json names (hidden_act, activation), keyed by HF's names.
#pragma once

#include <ATen/core/Tensor.h>

#include <span>
#include <string_view>

namespace hone::nn {

struct Activation {
  std::string_view name;
  std::string_view doc;
  at::Tensor (*apply)(const at::Tensor& x, const at::Tensor& bias);  // of x + bias; bias [F], or undefined: of x
};

std::span<const Activation> activations();

// Throws kUnsupported with the nearest name for an unknown one.
const Activation& find_activation(std::string_view name);

}  // namespace hone::nn
