// The optimizers. They have two parameter groups, with and without weight decay, as in HF's Trainer. Clipping needs no
// extra pass over the gradients, because the step multiplies them by the clipping factor.
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

  // Takes one step with the parameters' gradients times gradient_factor (see clip_factor). An undefined gradient counts
  // as 0. May overwrite the gradients.
  void step(double learning_rate, double gradient_factor = 1);

  // Takes one step when the host does not know loss and gradient norm yet: both are scalars on the parameters' device.
  // Clips to max_norm (0: never). Changes nothing if one of the two is not finite. Uses torch's fused operations.
  void step_where_finite(double learning_rate, const at::Tensor& loss, const at::Tensor& grad_norm, double max_norm);

  // Returns the whole state, by name. The tensors are the optimizer's own, so writing into them restores a state.
  tensor::NamedTensors state() const;

 protected:
  struct Group {
    double weight_decay = 0;
    std::vector<std::string> names;
    std::vector<at::Tensor> parameters;
    std::vector<std::vector<at::Tensor>> moments;  // [number of moments][parameters], like the parameters
    std::vector<at::Tensor> steps;                 // one float scalar per parameter: its number of steps so far
  };

  struct StepTerms {
    double learning_rate = 0, gradient_factor = 1;
    // On the parameters' device: the divisor of the gradients, and 1 to skip the step, else 0.
    std::optional<at::Tensor> gradient_divisor = {}, is_skipped = {};
  };
  // [groups][parameters], in the memory layout of these, or sparse (tensor/row_gradient.h).
  using Gradients = std::vector<std::vector<at::Tensor>>;

  virtual void step_groups(Gradients& gradients, const StepTerms& terms) = 0;
  static void make_dense(Gradients& gradients);
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
