// Several linears of one input as one product: query, key and value. Their weights are moved one after another into one
// block of memory; the linears keep their names, and stay whole tensors to everyone else.
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <vector>

#include "nn/linear.h"

namespace hone::nn {

class JoinedLinear {
 public:
  // All with the same number of input features.
  explicit JoinedLinear(std::vector<std::shared_ptr<Linear>> linears) : linears_(std::move(linears)) {}

  at::Tensor forward(const at::Tensor& x) const;  // [T, in] -> [T, sum of out], of x's type

 private:
  // Moves the parameters together, where something (a device, a loader) has given them other memory.
  void join() const;
  bool is_joined() const;

  std::vector<std::shared_ptr<Linear>> linears_;
  mutable at::Tensor weight_, bias_;  // the joined blocks; the parameters are views of them
  mutable tensor::CastWeight cast_weight_;
  mutable tensor::PackedWeight packed_weight_;
};

}  // namespace hone::nn
