// The element types of the kernels, and tensors of them.
#pragma once

#include <c10/core/ScalarType.h>

#include "base/error.h"
#include "kernel/bfloat16.h"

namespace hone::tensor {

// Calls f with a value of the kernel's element type and one of its type of sums.
template <typename F>
void with_element_type(at::ScalarType type, F f) {
  switch (type) {
    case at::kFloat:
      return f(float(), float());
    case at::kBFloat16:
      return f(kernel::BFloat16(), float());
    case at::kDouble:
      return f(double(), double());
    default:
      check_internal(false, "attention takes float, bfloat16 or double");
  }
}

}  // namespace hone::tensor
