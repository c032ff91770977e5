// From a tensor's dtype to the element type that the kernels are compiled for.
#pragma once

#include <ATen/core/Tensor.h>

#include "base/error.h"
#include "kernel/bfloat16.h"

namespace hone::tensor {

// Calls f with a value of the element type: float, double or kernel::BFloat16. Any other dtype is a bug that is told.
template <typename F>
void for_storage_type(const at::Tensor& x, F f) {
  switch (x.scalar_type()) {
    case at::kFloat:
      return f(float{});
    case at::kDouble:
      return f(double{});
    case at::kBFloat16:
      return f(kernel::BFloat16{});
    default:
      check_internal(false, "the row kernels take float, double and bfloat16");
  }
}

// The dtype that x's parameters, statistics and sums have in the kernels.
inline at::ScalarType computed_dtype(const at::Tensor& x) {
  return x.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
}

// The elements of a contiguous tensor as the kernels take them; nullptr for an undefined one.
template <typename T>
const T* elements(const at::Tensor& x) {
  return x.defined() ? static_cast<const T*>(x.const_data_ptr()) : nullptr;
}

template <typename T>
T* mutable_elements(const at::Tensor& x) {
  return x.defined() ? static_cast<T*>(x.mutable_data_ptr()) : nullptr;
}

}  // namespace hone::tensor
