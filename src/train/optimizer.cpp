#include "train/optimizer.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/_foreach_norm.h>
#include <ATen/ops/_fused_sgd.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/names.h"
#include "kernel/sum_of_squares.h"
#include "tensor/row_gradient.h"
#include "train/adam.h"
#include "train/more_optimizers.h"
#include "train/names.h"

namespace hone::train {

namespace {

constexpr double kClipEpsilon = 1e-6;  // torch.nn.utils.clip_grad_norm_'s

class Sgd : public Optimizer {
 public:
  Sgd(const NamedParameters& parameters, const OptimizerOptions& options)
      : Optimizer(parameters, options), momentum_(options.momentum.value_or(0)) {
    if (momentum_ > 0) make_moments({"momentum_buffer"});
  }

 private:
  // torch begins with the gradient as buffer, which is what a buffer of zeros becomes in the first step.
  void step_groups(Gradients& gradients, const StepTerms& terms) override {
    make_dense(gradients);
    for (size_t g = 0; g < groups_.size(); ++g) {
      if (gradients[g].empty()) continue;
      if (terms.gradient_factor != 1) at::_foreach_mul_(gradients[g], terms.gradient_factor);
      at::_fused_sgd_(groups_[g].parameters, gradients[g],
                      momentum_ > 0 ? at::TensorList(groups_[g].moments[0]) : at::TensorList(), groups_[g].weight_decay,
                      momentum_, terms.learning_rate * groups_[g].rate_factor,
                      /*dampening=*/0, options_.nesterov.value_or(false), /*maximize=*/false, /*is_first_step=*/false,
                      terms.gradient_divisor, terms.is_skipped);
    }
  }

  double momentum_;
};

// Returns the tensor itself if its memory has no gaps, else a contiguous copy. The kernels read memory in its own
// order.
at::Tensor dense(const at::Tensor& tensor) {
  return tensor.is_non_overlapping_and_dense() ? tensor : tensor.contiguous();
}

// Returns the gradient in the memory layout of the parameter, or sparse.
at::Tensor gradient_like(const at::Tensor& parameter) {
  const at::Tensor& gradient = parameter.grad();
  if (!gradient.defined()) return at::zeros_like(parameter);
  if (gradient.is_sparse()) return gradient;
  if (gradient.strides() == parameter.strides()) return gradient;
  return at::empty_like(parameter).copy_(gradient);
}

std::unique_ptr<Optimizer> make_sgd(const NamedParameters& parameters, const OptimizerOptions& options) {
  return std::make_unique<Sgd>(parameters, options);
}

constexpr OptimizerKind kOptimizers[] = {
    {"adamw", "Adam with decoupled weight decay (Loshchilov and Hutter, arXiv 1711.05101)", make_adamw},
    {"adam", "Adam (Kingma and Ba, arXiv 1412.6980); weight decay is added to the gradient", make_adam},
    {"sgd", "stochastic gradient descent, with --momentum and --nesterov if they are given", make_sgd},
    {"adafactor", "Adafactor (Shazeer and Stern, arXiv 1804.04235), with the learning rate as given", make_adafactor},
    {"lion", "Lion (Chen et al., arXiv 2302.06675)", make_lion},
    {"muon", "Muon for the matrices of layers (Jordan et al.; arXiv 2502.16982), AdamW for the rest", make_muon},
};
static_assert(has_names(kOptimizers, kOptimizerNames),
              "kOptimizers and kOptimizerNames (names.h) must have the same names");

}  // namespace

Optimizer::Optimizer(const NamedParameters& parameters, const OptimizerOptions& options) : options_(options) {
  std::map<std::pair<double, bool>, size_t> places;  // by share of the learning rate, then with and without decay
  for (const model::NamedParameter& parameter : parameters) {
    if (parameter.tensor.requires_grad()) places[{parameter.rate_factor, !parameter.decays}] = 0;
  }
  for (auto& [key, place] : places) {
    place = groups_.size();
    groups_.push_back({.weight_decay = key.second ? 0 : options.weight_decay, .rate_factor = key.first});
  }
  for (const model::NamedParameter& parameter : parameters) {
    if (!parameter.tensor.requires_grad()) continue;
    Group& group = groups_[places[{parameter.rate_factor, !parameter.decays}]];
    group.names.push_back(parameter.name);
    group.parameters.push_back(parameter.tensor);
    group.are_hidden.push_back(parameter.is_hidden_matrix);
    group.steps.push_back(at::zeros({}, parameter.tensor.options().dtype(at::kFloat).requires_grad(false)));
  }
}

bool Optimizer::is_on_cpu() const {
  return std::all_of(groups_.begin(), groups_.end(), [](const Group& group) {
    return group.parameters.empty() || group.parameters.front().device().is_cpu();
  });
}

void Optimizer::make_moments(const std::vector<std::string>& names) {
  make_moments(names, [](const Group& group, size_t i, size_t) { return at::zeros_like(group.parameters[i]); });
}

void Optimizer::make_moments(
    const std::vector<std::string>& names,
    const std::function<at::Tensor(const Group& group, size_t parameter, size_t moment)>& make) {
  moment_names_ = names;
  const at::NoGradGuard no_gradients;
  for (Group& group : groups_) {
    group.moments.resize(names.size());
    for (size_t m = 0; m < names.size(); ++m) {
      for (size_t i = 0; i < group.parameters.size(); ++i) group.moments[m].push_back(make(group, i, m));
    }
  }
}

void Optimizer::make_dense(Gradients& gradients) {
  for (std::vector<at::Tensor>& group : gradients) {
    for (at::Tensor& gradient : group) gradient = tensor::dense_gradient(gradient);
  }
}

void Optimizer::step(double learning_rate, double gradient_factor) {
  step_with({.learning_rate = learning_rate, .gradient_factor = gradient_factor});
}

void Optimizer::step_where_finite(double learning_rate, const at::Tensor& loss, const at::Tensor& grad_norm,
                                  double max_norm) {
  const at::NoGradGuard no_gradients;
  StepTerms terms{.learning_rate = learning_rate};
  terms.is_skipped = at::isfinite(loss.to(at::kFloat) + grad_norm.to(at::kFloat)).logical_not().to(at::kFloat);
  if (max_norm > 0) terms.gradient_divisor = ((grad_norm.to(at::kFloat) + kClipEpsilon) / max_norm).clamp_min(1);
  step_with(terms);
}

void Optimizer::step_with(const StepTerms& terms) {
  const at::NoGradGuard no_gradients;
  Gradients gradients(groups_.size());
  for (size_t g = 0; g < groups_.size(); ++g) {
    for (const at::Tensor& parameter : groups_[g].parameters) gradients[g].push_back(gradient_like(parameter));
    if (groups_[g].steps.empty()) continue;
    if (terms.is_skipped) {
      at::_foreach_add_(groups_[g].steps, 1 - *terms.is_skipped);
    } else {
      at::_foreach_add_(groups_[g].steps, 1);
    }
  }
  step_groups(gradients, terms);
  // Increases the versions, by which modules notice that their copy of a weight (in another number format) is outdated.
  for (const Group& group : groups_) {
    for (const at::Tensor& parameter : group.parameters) parameter.unsafeGetTensorImpl()->bump_version();
  }
}

tensor::NamedTensors Optimizer::state() const {
  tensor::NamedTensors state;
  for (const Group& group : groups_) {
    for (size_t i = 0; i < group.names.size(); ++i) {
      state.emplace_back(group.names[i] + ".step", group.steps[i]);
      for (size_t m = 0; m < moment_names_.size(); ++m) {
        if (!group.moments[m][i].defined()) continue;
        state.emplace_back(group.names[i] + "." + moment_names_[m], group.moments[m][i]);
      }
    }
  }
  return state;
}

void PlainOptimizer::step_groups(Gradients& gradients, const StepTerms& terms) {
  make_dense(gradients);
  for (size_t g = 0; g < groups_.size(); ++g) {
    Group& group = groups_[g];
    for (size_t i = 0; i < group.parameters.size(); ++i) {
      at::Tensor& gradient = gradients[g][i];
      if (terms.gradient_factor != 1) gradient.mul_(terms.gradient_factor);
      if (terms.gradient_divisor) gradient.div_(*terms.gradient_divisor);
      std::vector<at::Tensor> changed{group.parameters[i]}, before;
      for (const auto& moment : group.moments) {
        if (moment[i].defined()) changed.push_back(moment[i]);
      }
      if (terms.is_skipped) {
        for (const at::Tensor& tensor : changed) before.push_back(tensor.clone());
      }
      update(group, i, gradient, terms.learning_rate * group.rate_factor);
      for (size_t k = 0; k < before.size(); ++k) {
        changed[k].copy_(at::where(terms.is_skipped->to(at::kBool), before[k], changed[k]));
      }
    }
  }
}

std::span<const OptimizerKind> optimizers() { return kOptimizers; }

const OptimizerKind& find_optimizer(std::string_view name) { return find_row(kOptimizers, "optim", name); }

at::Tensor gradient_norm_on_device(const NamedParameters& parameters) {
  std::vector<at::Tensor> gradients;
  for (const model::NamedParameter& parameter : parameters) {
    if (parameter.tensor.grad().defined()) gradients.push_back(tensor::dense_gradient(parameter.tensor.grad()));
  }
  if (gradients.empty()) return at::zeros({}, parameters.front().tensor.options().requires_grad(false));
  return at::linalg_vector_norm(at::stack(at::_foreach_norm(gradients)));
}

double gradient_norm(const NamedParameters& parameters) {
  std::vector<at::Tensor> gradients;  // keeps the copies of dense() alive
  std::vector<kernel::FloatArray> arrays;
  for (const model::NamedParameter& parameter : parameters) {
    const at::Tensor& gradient = parameter.tensor.grad();
    if (!gradient.defined()) continue;
    gradients.push_back(gradient.is_sparse() ? tensor::row_gradient(gradient).values : dense(gradient));
    arrays.push_back({gradients.back().const_data_ptr<float>(), gradients.back().numel()});
  }
  return std::sqrt(kernel::sum_of_squares(arrays));
}

double clip_factor(double norm, double max_norm) {
  return max_norm > 0 ? std::min(1.0, max_norm / (norm + kClipEpsilon)) : 1.0;
}

}  // namespace hone::train
