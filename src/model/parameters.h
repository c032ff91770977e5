// Lists a model's parameters for the optimizer, with names and order of HF's class, and which of them decay.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "model/model.h"

namespace hone::model {

struct NamedParameter {
  std::string name;
  at::Tensor tensor;
  bool decays = true;             // weight decay applies: not a bias, not part of a norm
  double rate_factor = 1;         // its share of the learning rate
  bool is_hidden_matrix = false;  // the weight of a linear, other than the one that gives the model's outputs
};

// Returns the parameters in the order of torch's named_parameters() for the HF class, which is that of HF's optimizer
// groups and gradient norm.
std::vector<NamedParameter> named_parameters(const Model& model);

// Returns the number of elements of all parameters.
int64_t num_parameters(const Model& model);

// Returns whether a name lets weight decay apply to the parameter, as Trainer.get_decay_parameter_names of transformers
// 5.23 decides, which also excepts every LayerNorm: not if the lower-case name contains "bias", "layernorm" or
// "rmsnorm", or has a part that is "norm" or ends in "_norm".
bool decays(const std::string& name);

}  // namespace hone::model
