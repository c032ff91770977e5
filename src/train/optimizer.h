// The optimizers: steps over parameter groups, one group with weight decay and one without, as HF's Trainer makes them.
// Clipping costs no sweep over the gradients: its factor is a part of the step.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <optional>
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

  // One step with the parameters' gradients times gradient_factor (clip_factor gives it). Gradients that are not
  // defined count as 0. What the gradients hold afterwards is not specified.
  void step(double learning_rate, double gradient_factor = 1);

  // The same for a gradient norm that the host does not know yet: a scalar on the parameters' device, as the loss.
  // Clips to max_norm (0: never); where one of the two is not finite, nothing changes. By torch's fused operations.
  void step_where_finite(double learning_rate, const at::Tensor& loss, const at::Tensor& grad_norm, double max_norm);

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

  struct StepTerms {
    double learning_rate = 0, gradient_factor = 1;
    // On the parameters' device: what gradients are divided by, and 1 where the step is to be left out, else 0.
    std::optional<at::Tensor> gradient_divisor = {}, is_left_out = {};
  };
  using Gradients = std::vector<std::vector<at::Tensor>>;  // [number of groups][parameters], in memory as those

  virtual void step_groups(Gradients& gradients, const StepTerms& terms) = 0;
  void make_moments(const std::vector<std::string>& names);
  bool is_on_cpu() const;

  OptimizerOptions options_;
  std::vector<Group> groups_;

 private:
  void step_with(const StepTerms& terms);

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
const OptimizerKind& find_optimizer(std::string_view name);

// The norm of all gradients together, in one sweep. It is finite exactly where every gradient is.
double gradient_norm(const NamedParameters& parameters);

// The same as a scalar on the parameters' device, by torch's operations: nobody waits for it.
at::Tensor gradient_norm_on_device(const NamedParameters& parameters);

// What scales gradients of this norm down to max_norm where it is larger (0: never), as torch.nn.utils.clip_grad_norm_.
double clip_factor(double norm, double max_norm);

}  // namespace hone::train
