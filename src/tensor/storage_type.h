// Maps a tensor's dtype to the element type of the kernels.
#pragma once

#include <ATen/core/Tensor.h>

#include "base/error.h"
#include "kernel/bfloat16.h"

namespace hone::tensor {

// Calls f with a value of the element type: float, double or kernel::BFloat16. Throws kInternal for any other dtype.
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

// Returns the dtype of x's parameters, statistics and sums in the kernels.
inline at::ScalarType computed_dtype(const at::Tensor& x) {
  return x.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
}

// Returns the elements of a contiguous tensor; nullptr if it is undefined.
template <typename T>
const T* elements(const at::Tensor& x) {
  return x.defined() ? static_cast<const T*>(x.const_data_ptr()) : nullptr;
}

template <typename T>
T* mutable_elements(const at::Tensor& x) {
  return x.defined() ? static_cast<T*>(x.mutable_data_ptr()) : nullptr;
}

}  // namespace hone::tensor
