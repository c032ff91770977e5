// Plain values that an autograd function keeps from forward to backward, besides tensors.
#pragma once

#include <ATen/core/ivalue.h>
#include <torch/csrc/autograd/custom_function.h>

#include <utility>

namespace hone::tensor {

template <typename T>
struct SavedValue : torch::CustomClassHolder {
  explicit SavedValue(T given) : value(std::move(given)) {}
  T value;
};

template <typename T>
void save(torch::autograd::AutogradContext& context, T value) {
  context.saved_data["value"] = c10::IValue::make_capsule(c10::make_intrusive<SavedValue<T>>(std::move(value)));
}

// Returns what save() kept. T must be the saved type.
template <typename T>
const T& saved_in(torch::autograd::AutogradContext& context) {
  return c10::static_intrusive_pointer_cast<SavedValue<T>>(context.saved_data["value"].toCapsule())->value;
}

}  // namespace hone::tensor
