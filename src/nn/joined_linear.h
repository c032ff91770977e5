// Computes several linears of one input, such as query, key and value, as one product. Their weights are adjacent in
// one block of memory; the parameters are views of it. The linears keep their names.
#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/api/include/torch/nn/module.h>

#include <memory>
#include <vector>

#include "nn/linear.h"

namespace hone::nn {

// A module without parameters of its own. Register it after its linears: `to` then joins them again.
class JoinedLinear : public torch::nn::Module {
 public:
  // Joins the linears, which have the same number of input features.
  explicit JoinedLinear(std::vector<std::shared_ptr<Linear>> linears, bool has_values = true);

  // [T, in] -> [T, sum of out], of x's type. Computes the linears one by one while they are not joined or differ in
  // kind.
  at::Tensor forward(const at::Tensor& x) const;

  // Moves the weights and biases into one block, unless they are already there; without their values if these are not
  // set yet, because that would touch the memory. Changes nothing if the linears differ in kind, or if one of them
  // shares its memory with another tensor.
  void join(bool has_values = true);
  bool is_joined() const;
  // Returns whether types and devices are equal, those of the weights and those of the biases, and all are trained or
  // all are frozen.
  bool are_alike() const;

  void to(torch::Device device, torch::Dtype dtype, bool non_blocking = false) override;
  void to(torch::Dtype dtype, bool non_blocking = false) override;
  void to(torch::Device device, bool non_blocking = false) override;

 private:
  at::Tensor joined_product(const at::Tensor& x, bool adds_biases) const;

  std::vector<std::shared_ptr<Linear>> linears_;
  at::Tensor weight_, bias_;                    // the blocks; undefined before the first join
  mutable tensor::CastWeight cast_weight_;      // a cache
  mutable tensor::PackedWeight packed_weight_;  // a cache
};

}  // namespace hone::nn
