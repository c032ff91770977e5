// The device, the number format and the threads that compute, chosen once for a command.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <string_view>

#include "tensor/compute_options.h"

namespace hone::tensor {

// Sets the number of threads of torch's and OpenMP's pool, which is one; 0: one for each core that this process may use
// (base/machine.h). Call it before the first computation. Results are equal from run to run at the same number.
void set_num_threads(int num_threads);
int num_threads();

// Returns `tensor` on `device`: itself if it is there. It goes to a GPU by pinned memory, so that the host continues at
// once; later computations on the GPU wait for it.
at::Tensor on_device(const at::Tensor& tensor, at::Device device);

struct Compute {
  at::Device device = at::kCPU;
  at::ScalarType dtype = at::kFloat;  // of activations and of the operands of products
  std::string reason;                 // of the number format: "the processor has AVX-512 BF16"
};

// Sets the number of threads and chooses device and precision. Errors: kUnsupported if the machine lacks them.
Compute prepare_compute(const ComputeOptions& options);

// Returns the name that --precision has for the number format: "bf16" or "fp32".
std::string_view precision_name(at::ScalarType dtype);

// "cpu, 2 threads, bf16 (the processor has AVX-512 BF16)".
std::string describe(const Compute& compute);

}  // namespace hone::tensor
