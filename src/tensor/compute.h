// Where to compute and in which number format, settled once for a command.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <string_view>

#include "tensor/compute_options.h"

namespace hone::tensor {

struct Compute {
  at::Device device = at::kCPU;
  at::ScalarType dtype = at::kFloat;  // of activations and of the operands of products
  std::string reason;                 // why this number format: "the processor has AVX-512 BF16"
};

// Sets the number of threads and settles device and precision. Errors: kUnsupported for a device or a precision that
// the machine lacks.
Compute prepare_compute(const ComputeOptions& options);

// Returns the name that --precision has for the number format: "bf16" or "fp32".
std::string_view precision_name(at::ScalarType dtype);

// "cpu, 2 threads, bf16 (the processor has AVX-512 BF16)".
std::string describe(const Compute& compute);

}  // namespace hone::tensor
