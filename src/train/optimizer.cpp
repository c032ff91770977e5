// Optimizer steps by torch's fused kernels: one pass over parameter, gradient and moments.
#include "train/optimizer.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include "base/names.h"

namespace hone::train {

namespace {

class AdamW : public Optimizer {
 public:
  AdamW(const NamedParameters& parameters, const OptimizerOptions& options) : Optimizer(parameters, options) {
    make_moments({"exp_avg", "exp_avg_sq"});
  }

 private:
  void step_group(Group& group, std::vector<at::Tensor>& gradients, double learning_rate) override {
    at::_fused_adamw_(group.parameters, gradients, group.moments[0], group.moments[1], {}, group.steps, learning_rate,
                      options_.beta1, options_.beta2, group.weight_decay, options_.epsilon, /*amsgrad=*/false,
                      /*maximize=*/false);
  }
};

class Adam : public Optimizer {
 public:
  Adam(const NamedParameters& parameters, const OptimizerOptions& options) : Optimizer(parameters, options) {
    make_moments({"exp_avg", "exp_avg_sq"});
  }

 private:
  void step_group(Group& group, std::vector<at::Tensor>& gradients, double learning_rate) override {
    at::_fused_adam_(group.parameters, gradients, group.moments[0], group.moments[1], {}, group.steps, learning_rate,
                     options_.beta1, options_.beta2, group.weight_decay, options_.epsilon, /*amsgrad=*/false,
                     /*maximize=*/false);
  }
};

class Sgd : public Optimizer {
 public:
  using Optimizer::Optimizer;

 private:
  void step_group(Group& group, std::vector<at::Tensor>& gradients, double learning_rate) override {
    at::_fused_sgd_(group.parameters, gradients, {}, group.weight_decay, /*momentum=*/0, learning_rate,
                    /*dampening=*/0, /*nesterov=*/false, /*maximize=*/false, /*is_first_step=*/false);
  }
};

template <typename T>
std::unique_ptr<Optimizer> make(const NamedParameters& parameters, const OptimizerOptions& options) {
  return std::make_unique<T>(parameters, options);
}

constexpr OptimizerKind kOptimizers[] = {
    {"adamw", "Adam with decoupled weight decay (Loshchilov and Hutter, arXiv 1711.05101)", make<AdamW>},
    {"adam", "Adam (Kingma and Ba, arXiv 1412.6980); weight decay is added to the gradient", make<Adam>},
    {"sgd", "stochastic gradient descent without momentum", make<Sgd>},
};

}  // namespace

Optimizer::Optimizer(const NamedParameters& parameters, const OptimizerOptions& options)
    : options_(options), groups_(2) {
  groups_[0].weight_decay = options.weight_decay;
  for (const model::NamedParameter& parameter : parameters) {
    if (!parameter.tensor.requires_grad()) continue;
    Group& group = groups_[parameter.decays ? 0 : 1];
    group.names.push_back(parameter.name);
    group.parameters.push_back(parameter.tensor);
    group.steps.push_back(at::zeros({}, at::kFloat));
  }
}

void Optimizer::make_moments(const std::vector<std::string>& names) {
  moment_names_ = names;
  const at::NoGradGuard no_gradients;
  for (Group& group : groups_) {
    group.moments.resize(names.size());
    for (auto& moment : group.moments) {
      for (const at::Tensor& parameter : group.parameters) moment.push_back(at::zeros_like(parameter));
    }
  }
}

void Optimizer::step(double learning_rate) {
  const at::NoGradGuard no_gradients;
  for (Group& group : groups_) {
    if (group.parameters.empty()) continue;
    std::vector<at::Tensor> gradients;
    for (const at::Tensor& parameter : group.parameters) {
      gradients.push_back(parameter.grad().defined() ? parameter.grad() : at::zeros_like(parameter));
    }
    for (at::Tensor& steps : group.steps) steps += 1;
    step_group(group, gradients, learning_rate);
  }
}

tensor::NamedTensors Optimizer::state() const {
  tensor::NamedTensors state;
  for (const Group& group : groups_) {
    for (size_t i = 0; i < group.names.size(); ++i) {
      state.emplace_back(group.names[i] + ".step", group.steps[i]);
      for (size_t m = 0; m < moment_names_.size(); ++m) {
        state.emplace_back(group.names[i] + "." + moment_names_[m], group.moments[m][i]);
      }
    }
  }
  return state;
}

std::span<const OptimizerKind> optimizers() { return kOptimizers; }

std::unique_ptr<Optimizer> make_optimizer(std::string_view name, const NamedParameters& parameters,
                                          const OptimizerOptions& options) {
  return find_row(kOptimizers, "optim", name).make(parameters, options);
}

double clip_gradients(const NamedParameters& parameters, double max_norm) {
  const at::NoGradGuard no_gradients;
  std::vector<at::Tensor> gradients;
  for (const model::NamedParameter& parameter : parameters) {
    if (parameter.tensor.grad().defined()) gradients.push_back(parameter.tensor.grad());
  }
  if (gradients.empty()) return 0;
  const at::Tensor total = at::linalg_vector_norm(at::stack(at::_foreach_norm(gradients)));
  if (max_norm > 0) at::_foreach_mul_(gradients, at::clamp_max(max_norm / (total + 1e-6), 1.0));
  return total.item<double>();
}

}  // namespace hone::train
