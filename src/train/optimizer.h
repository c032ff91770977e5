// The optimizers. Their parameter groups differ in weight decay, as in HF's Trainer, and in their share of the learning
// rate. Clipping needs no extra pass over the gradients, because the step multiplies them by the clipping factor.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
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
  std::optional<double> momentum = {};  // unset: the optimizer's own
  std::optional<bool> nesterov = {};    // as momentum
};

class Optimizer {
 public:
  Optimizer(const NamedParameters& parameters, const OptimizerOptions& options);
  virtual ~Optimizer() = default;

  // Takes one step with the parameters' gradients times gradient_factor (see clip_factor). An undefined gradient counts
  // as 0. May overwrite the gradients.
  void step(double learning_rate, double gradient_factor = 1);

  // Takes one step when the host does not know loss and gradient norm yet: both are scalars on the parameters' device.
  // Clips to max_norm (0: never). Changes nothing if one of the two is not finite. Uses torch's fused operations.
  void step_where_finite(double learning_rate, const at::Tensor& loss, const at::Tensor& grad_norm, double max_norm);

  // Returns the whole state, by name. The tensors are the optimizer's own, so writing into them restores a state. A
  // tensor that a parameter lacks, such as a column mean of a vector, is left out.
  tensor::NamedTensors state() const;

 protected:
  struct Group {
    double weight_decay = 0, rate_factor = 1;
    std::vector<std::string> names;
    std::vector<at::Tensor> parameters;
    std::vector<bool> are_hidden;                  // NamedParameter::is_hidden_matrix
    std::vector<std::vector<at::Tensor>> moments;  // [number of moments][parameters]; undefined: has none
    std::vector<at::Tensor> steps;                 // one float scalar per parameter: its number of steps so far
  };

  struct StepTerms {
    double learning_rate = 0, gradient_factor = 1;
    // On the parameters' device: the divisor of the gradients, and 1 to skip the step, else 0.
    std::optional<at::Tensor> gradient_divisor = {}, is_skipped = {};
  };
  using Gradients = std::vector<std::vector<at::Tensor>>;  // [groups][parameters], in the memory layout of these

  virtual void step_groups(Gradients& gradients, const StepTerms& terms) = 0;
  // Makes the moments of each parameter, of the parameter's shape and zero.
  void make_moments(const std::vector<std::string>& names);
  // Makes the moments that make(group, parameter, moment) returns; undefined: the parameter has none.
  void make_moments(const std::vector<std::string>& names,
                    const std::function<at::Tensor(const Group& group, size_t parameter, size_t moment)>& make);
  bool is_on_cpu() const;

  OptimizerOptions options_;
  std::vector<Group> groups_;

 private:
  void step_with(const StepTerms& terms);

  std::vector<std::string> moment_names_;
};

// An optimizer that updates one parameter after another by torch's operations. Derived classes write update().
class PlainOptimizer : public Optimizer {
 protected:
  using Optimizer::Optimizer;

  // Updates parameter `i` of the group and its moments; group.steps[i] counts this step. `gradient` is scaled and may
  // be overwritten.
  virtual void update(Group& group, size_t i, at::Tensor& gradient, double learning_rate) = 0;

 private:
  void step_groups(Gradients& gradients, const StepTerms& terms) final;
};

// A row of the table of optimizers.
struct OptimizerKind {
  std::string_view name;
  std::string_view doc;
  std::unique_ptr<Optimizer> (*make)(const NamedParameters& parameters, const OptimizerOptions& options);
};

std::span<const OptimizerKind> optimizers();

// Throws kUsage for an unknown name; the hint has the nearest one.
const OptimizerKind& find_optimizer(std::string_view name);

// Returns the norm of all gradients together, in one sweep. It is finite exactly if every gradient is.
double gradient_norm(const NamedParameters& parameters);

// Returns the norm as a scalar on the parameters' device, by torch's operations. The host does not wait for it.
at::Tensor gradient_norm_on_device(const NamedParameters& parameters);

// Returns the factor that scales gradients of this norm down to max_norm, or 1 if the norm is smaller or max_norm is 0,
// as torch.nn.utils.clip_grad_norm_.
double clip_factor(double norm, double max_norm);

}  // namespace hone::train
