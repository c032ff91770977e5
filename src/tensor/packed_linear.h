// x W^T + b without gradients. Packs the weight once in the layout of the processor's matrix code, while libtorch's own
// product packs it at every call. MKL computes fp32 (kernel/packed_sgemm.h), oneDNN bfloat16. Shapes: T rows, I in, O
// out features.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace hone::tensor {

// While one lives, products on this thread read the weights as they are, without a packed copy, as generation wants: it
// computes few rows at a time, whose time is that of reading the weights (kernel/few_rows.h).
class PlainWeights {
 public:
  PlainWeights();
  ~PlainWeights();
  PlainWeights(const PlainWeights&) = delete;
  PlainWeights& operator=(const PlainWeights&) = delete;

 private:
  bool before_;
};

bool weights_stay_plain();

// Returns whether products with x use packed weights: on the CPU, without gradients, unless weights stay plain, and if
// this build of libtorch can pack.
bool takes_packed_weights(const at::Tensor& x);

class PackedWeight {
 public:
  // Packs `weight` [O, I] for x of `dtype`. Does nothing if memory, type and `version` are those of the packed weight.
  const PackedWeight& in(const at::Tensor& weight, at::ScalarType dtype, int64_t version);
  // Frees the memory. A weight in training changes too often to be packed.
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
