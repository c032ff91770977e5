// The blocks are made at the first use and checked at each: a comparison of addresses.
#include "nn/joined_linear.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>
#include <c10/core/InferenceMode.h>

namespace hone::nn {

namespace {

// Gives each parameter its part of `block` as memory, with the values it has.
void move_into(const at::Tensor& block, const std::vector<at::Tensor>& parameters) {
  int64_t row = 0;
  for (const at::Tensor& parameter : parameters) {
    const at::Tensor part = block.narrow(0, row, parameter.size(0));
    part.copy_(parameter.detach());
    at::Tensor(parameter).set_data(part);
    row += parameter.size(0);
  }
}

bool lies_at(const at::Tensor& parameter, const at::Tensor& block, int64_t row) {
  return parameter.const_data_ptr() == block.narrow(0, row, parameter.size(0)).const_data_ptr();
}

}  // namespace

bool JoinedLinear::is_joined() const {
  if (!weight_.defined()) return false;
  int64_t row = 0;
  for (const auto& linear : linears_) {
    if (!lies_at(linear->weight, weight_, row) || !lies_at(linear->bias, bias_, row)) return false;
    row += linear->weight.size(0);
  }
  return true;
}

void JoinedLinear::join() const {
  const c10::InferenceMode parameters_are_for_training(false);
  const at::NoGradGuard no_gradients;
  std::vector<at::Tensor> weights, biases;
  int64_t rows = 0;
  for (const auto& linear : linears_) {
    weights.push_back(linear->weight);
    biases.push_back(linear->bias);
    rows += linear->weight.size(0);
  }
  weight_ = at::empty({rows, weights.front().size(1)}, weights.front().options().requires_grad(false));
  bias_ = at::empty({rows}, weight_.options());
  move_into(weight_, weights);
  move_into(bias_, biases);
}

at::Tensor JoinedLinear::forward(const at::Tensor& x) const {
  if (!is_joined()) join();
  std::vector<at::Tensor> weights, biases;
  int64_t version = 0;
  for (const auto& linear : linears_) {
    weights.push_back(linear->weight);
    biases.push_back(linear->bias);
    version += tensor::version_of(linear->weight);
  }
  if (tensor::takes_packed_weights(x)) {
    return tensor::packed_linear(x, packed_weight_.in(weight_, x.scalar_type(), version), bias_);
  }
  packed_weight_.release();
  return tensor::joined_linear(x, weights, biases, cast_weight_.in(weight_, x.scalar_type(), version), bias_);
}

}  // namespace hone::nn
