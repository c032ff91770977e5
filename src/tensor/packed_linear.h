// x W^T + b where no gradient is wanted: the weight is laid out once as the processor's matrix code reads it (oneDNN's
// blocked format), which libtorch's own product does again at every call, or not at all. Shapes: T rows, I in, O out.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace hone::tensor {

// Whether products with x take packed weights: on the processor, without gradients, and where libtorch has oneDNN.
bool takes_packed_weights(const at::Tensor& x);

class PackedWeight {
 public:
  // `weight` [O, I] in `dtype`, packed; again when its memory, the type or its `version` has changed.
  const at::Tensor& in(const at::Tensor& weight, at::ScalarType dtype, int64_t version);
  // Gives the memory back: while a weight is trained its packed form is of no use.
  void release() { packed_ = at::Tensor(); }

 private:
  at::Tensor packed_;
  const void* source_ = nullptr;
  at::ScalarType dtype_ = at::kFloat;
  int64_t version_ = -1;
};

// x [*, I], packed of [O, I] in x's type, bias [O] or undefined -> [*, O] of x's type.
at::Tensor packed_linear(const at::Tensor& x, const at::Tensor& packed, const at::Tensor& bias);

}  // namespace hone::tensor
