// x W^T + b where no gradient is wanted: the weight is laid out once as the processor's matrix code reads it, which
// libtorch's own product does again at every call. In fp32 by MKL (kernel/packed_sgemm.h), in bfloat16 by oneDNN.
// Shapes: T rows, I in, O out features.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace hone::tensor {

// Whether products with x take packed weights: on the processor, without gradients, and where libtorch has the means.
bool takes_packed_weights(const at::Tensor& x);

class PackedWeight {
 public:
  // `weight` [O, I] packed for x of `dtype`; again when its memory, the type or its `version` has changed.
  const PackedWeight& in(const at::Tensor& weight, at::ScalarType dtype, int64_t version);
  // Gives the memory back: while a weight is trained its packed form is of no use.
  void release() { packed_ = at::Tensor(); }

  const at::Tensor& packed() const { return packed_; }
  int64_t out_features() const { return out_features_; }
  int64_t in_features() const { return in_features_; }

 private:
  at::Tensor packed_;  // in MKL's or oneDNN's own format
  int64_t out_features_ = 0, in_features_ = 0;
  const void* source_ = nullptr;
  at::ScalarType dtype_ = at::kFloat;
  int64_t version_ = -1;
};

// x [*, I], a weight packed for x's type, bias [O] or undefined -> [*, O] of x's type.
at::Tensor packed_linear(const at::Tensor& x, const PackedWeight& weight, const at::Tensor& bias);

}  // namespace hone::tensor
