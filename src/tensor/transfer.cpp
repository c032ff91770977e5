// The library keeps pinned memory that a copy still reads, and uses it again afterwards.
#include "tensor/transfer.h"

#include <ATen/ATen.h>

namespace hone::tensor {

at::Tensor on_device(const at::Tensor& tensor, at::Device device) {
  if (tensor.device() == device) return tensor;
  const bool by_pinned_memory = tensor.device().is_cpu() && device.is_cuda();
  return (by_pinned_memory ? tensor.pin_memory() : tensor).to(device, /*non_blocking=*/true);
}

}  // namespace hone::tensor
