// Tensors from the host to where the model computes.
#pragma once

#include <ATen/core/Tensor.h>

namespace hone::tensor {

// `tensor` on `device`: itself where it is there already. To a GPU it goes by pinned memory, so that the host goes on
// at once; what is computed there afterwards waits for it.
at::Tensor on_device(const at::Tensor& tensor, at::Device device);

}  // namespace hone::tensor
