// A model's parameters as the optimizer sees them: names and order of HF's class, and which of them decay.
#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/api/include/torch/nn/module.h>

#include <cstdint>
#include <string>
#include <vector>

namespace hone::model {

struct NamedParameter {
  std::string name;
  at::Tensor tensor;
  bool decays = true;  // weight decay applies: neither a bias nor of a norm
};

// In the order of torch's named_parameters() for the HF class: that of HF's optimizer groups and of its gradient norm.
std::vector<NamedParameter> named_parameters(const torch::nn::Module& model);

// The numbers in all parameters together.
int64_t num_parameters(const torch::nn::Module& model);

// Trainer.get_decay_parameter_names of transformers 5.23, by name: no decay where the lower-case name holds "bias",
// "layernorm", "rmsnorm", or a part that is "norm" or ends in "_norm".
bool decays(const std::string& name);

}  // namespace hone::model
