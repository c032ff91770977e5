// The optimizers: torch's fused CPU steps over parameter groups, one group with weight decay and one without, as HF's
// Trainer makes them.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/parameters.h"
#include "tensor/safetensors.h"

namespace hone::train {

using NamedParameters = std::vector<model::NamedParameter>;

struct OptimizerOptions {
  double weight_decay = 0, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
};

class Optimizer {
 public:
  Optimizer(const NamedParameters& parameters, const OptimizerOptions& options);
  virtual ~Optimizer() = default;

  // One step with the parameters' gradients, which must be defined for all of them or for none of a parameter.
  void step(double learning_rate);

  // Everything to go on from, by name. The tensors are the optimizer's own: writing into them restores a state.
  tensor::NamedTensors state() const;

 protected:
  struct Group {
    double weight_decay = 0;
    std::vector<std::string> names;
    std::vector<at::Tensor> parameters;
    std::vector<std::vector<at::Tensor>> moments;  // [number of moments][parameters], like the parameters
    std::vector<at::Tensor> steps;                 // a float scalar each: how often it was stepped
  };

  virtual void step_group(Group& group, std::vector<at::Tensor>& gradients, double learning_rate) = 0;
  void make_moments(const std::vector<std::string>& names);

  OptimizerOptions options_;

 private:
  std::vector<Group> groups_;
  std::vector<std::string> moment_names_;
};

// A row of the table of optimizers.
struct OptimizerKind {
  std::string_view name;
  std::string_view doc;
  std::unique_ptr<Optimizer> (*make)(const NamedParameters& parameters, const OptimizerOptions& options);
};

std::span<const OptimizerKind> optimizers();

// Errors (kUsage): an unknown name, with the nearest one.
std::unique_ptr<Optimizer> make_optimizer(std::string_view name, const NamedParameters& parameters,
                                          const OptimizerOptions& options);

// The norm of all gradients together, and their scaling down to max_norm where it is larger (0: no scaling), as
// torch.nn.utils.clip_grad_norm_.
double clip_gradients(const NamedParameters& parameters, double max_norm);

}  // namespace hone::train
