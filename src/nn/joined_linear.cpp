#include "nn/joined_linear.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <c10/core/GradMode.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <cstddef>
#include <set>

namespace hone::nn {

namespace {

// Moves each parameter into its part of `block`.
void move_into(const at::Tensor& block, const std::vector<at::Tensor>& parameters, bool has_values) {
  int64_t row = 0;
  for (const at::Tensor& parameter : parameters) {
    const at::Tensor part = block.narrow(0, row, parameter.size(0));
    if (has_values) part.copy_(parameter.detach());
    at::Tensor(parameter).set_data(part);
    row += parameter.size(0);
  }
}

bool lies_at(const at::Tensor& parameter, const at::Tensor& block, int64_t row) {
  const auto* const begin = static_cast<const std::byte*>(block.const_data_ptr());
  return parameter.const_data_ptr() == begin + row * block.stride(0) * static_cast<int64_t>(block.element_size());
}

// Returns whether no tensor except the parts of `block` shares this memory.
bool is_only_reader(const at::Tensor& parameter, const at::Tensor& block) {
  return parameter.storage().use_count() == 1 || (block.defined() && parameter.is_alias_of(block));
}

bool all_can_join(const std::vector<at::Tensor>& parameters, const at::Tensor& block) {
  std::set<const void*> memory;
  for (const at::Tensor& parameter : parameters) {
    if (!parameter.has_storage() || parameter.is_quantized() || parameter.layout() != at::kStrided) return false;
    if (!is_only_reader(parameter, block) || !memory.insert(parameter.const_data_ptr()).second) return false;
  }
  return true;
}

struct Parameters {
  std::vector<at::Tensor> weights, biases;
};

Parameters parameters_of(const std::vector<std::shared_ptr<Linear>>& linears) {
  Parameters all;
  for (const auto& linear : linears) {
    all.weights.push_back(linear->weight);
    if (linear->bias.defined()) all.biases.push_back(linear->bias);
  }
  return all;
}

}  // namespace

JoinedLinear::JoinedLinear(std::vector<std::shared_ptr<Linear>> linears, bool has_values)
    : linears_(std::move(linears)) {
  join(has_values);
}

bool JoinedLinear::is_joined() const {
  if (!weight_.defined()) return false;
  int64_t row = 0;
  for (const auto& linear : linears_) {
    if (!lies_at(linear->weight, weight_, row)) return false;
    if (linear->bias.defined() && !lies_at(linear->bias, bias_, row)) return false;
    row += linear->weight.size(0);
  }
  return true;
}

bool JoinedLinear::are_alike() const {
  const Linear& first = *linears_.front();
  const auto are_like = [&](const at::Tensor& a, const at::Tensor& b) {
    return a.scalar_type() == b.scalar_type() && a.device() == b.device() &&
           a.requires_grad() == first.weight.requires_grad();
  };
  return std::ranges::all_of(linears_, [&](const auto& linear) {
    return are_like(linear->weight, first.weight) && linear->bias.defined() == first.bias.defined() &&
           (!linear->bias.defined() || are_like(linear->bias, first.bias));
  });
}

void JoinedLinear::join(bool has_values) {
  if (is_joined() || !are_alike()) return;
  const auto [weights, biases] = parameters_of(linears_);
  if (!all_can_join(weights, weight_) || !all_can_join(biases, bias_)) return;
  const c10::InferenceMode parameters_are_for_training(false);
  const at::NoGradGuard no_gradients;
  int64_t rows = 0;
  for (const at::Tensor& weight : weights) rows += weight.size(0);
  weight_ = at::empty({rows, weights.front().size(1)}, weights.front().options().requires_grad(false));
  move_into(weight_, weights, has_values);
  if (biases.empty()) return;
  bias_ = at::empty({rows}, biases.front().options().requires_grad(false));
  move_into(bias_, biases, has_values);
}

at::Tensor JoinedLinear::joined_product(const at::Tensor& x, bool adds_biases) const {
  const auto [weights, biases] = parameters_of(linears_);
  int64_t version = 0;
  for (const at::Tensor& weight : weights) version += tensor::version_of(weight);
  const at::Tensor bias = adds_biases ? bias_ : at::Tensor();
  if (tensor::takes_packed_weights(x)) {
    return tensor::packed_linear(x, packed_weight_.in(weight_, x.scalar_type(), version), bias);
  }
  packed_weight_.release();
  return tensor::joined_linear(x, weights, adds_biases ? biases : std::vector<at::Tensor>(),
                               cast_weight_.in(weight_, x.scalar_type(), version), bias);
}

at::Tensor JoinedLinear::forward(const at::Tensor& x) const {
  std::vector<at::Tensor> results;
  if (!is_joined() || !are_alike()) {
    for (const auto& linear : linears_) results.push_back(linear->forward(x));
    return at::cat(results, 1);
  }
  if (std::ranges::none_of(linears_, [](const auto& linear) { return linear->adapter() != nullptr; })) {
    return joined_product(x, /*adds_biases=*/true);
  }
  std::vector<int64_t> widths;
  for (const auto& linear : linears_) widths.push_back(linear->weight.size(0));
  const std::vector<at::Tensor> products = joined_product(x, /*adds_biases=*/false).split_with_sizes(widths, 1);
  for (size_t i = 0; i < linears_.size(); ++i) {
    const Linear& linear = *linears_[i];
    if (linear.adapter() != nullptr) {
      results.push_back(linear.adapter()->adapted(x, products[i], linear, linear.bias));
    } else {
      results.push_back(linear.bias.defined() ? products[i] + linear.bias.to(x.scalar_type()) : products[i]);
    }
  }
  return at::cat(results, 1);
}

void JoinedLinear::to(torch::Device device, torch::Dtype dtype, bool non_blocking) {
  Module::to(device, dtype, non_blocking);
  join();
}

void JoinedLinear::to(torch::Dtype dtype, bool non_blocking) {
  Module::to(dtype, non_blocking);
  join();
}

void JoinedLinear::to(torch::Device device, bool non_blocking) {
  Module::to(device, non_blocking);
  join();
}

}  // namespace hone::nn
