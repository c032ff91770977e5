// Chooses device, number format and threads once for a command.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <string_view>

#include "tensor/compute_options.h"

namespace hone::tensor {

// Sets the number of threads of the pool that torch and OpenMP share; 0: one for each core that this process may use
// (base/machine.h). Call it before the first computation. Results are equal from run to run at the same number of
// threads.
void set_num_threads(int num_threads);
int num_threads();

// Returns `tensor` on `device`; the tensor itself if it is already there. Copies to a GPU through pinned memory, so
// that the host continues at once; later computations on the GPU wait for the copy.
at::Tensor on_device(const at::Tensor& tensor, at::Device device);

struct Compute {
  at::Device device = at::kCPU;
  at::ScalarType dtype = at::kFloat;  // type of activations and of the operands of products
  std::string reason;                 // why it was chosen: "the processor has AVX-512 BF16"
};

// Sets the number of threads and chooses device and precision. Errors: kUnsupported if the machine lacks them.
Compute prepare_compute(const ComputeOptions& options);

// Returns the name of the number format in --precision: "bf16" or "fp32".
std::string_view precision_name(at::ScalarType dtype);
// The format that --dtype names.
at::ScalarType weight_format(const WeightOptions& options, const Compute& compute);

// Returns "cpu, 2 threads, bf16 (the processor has AVX-512 BF16)".
std::string describe(const Compute& compute);

}  // namespace hone::tensor
