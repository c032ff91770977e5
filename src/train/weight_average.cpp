#include "train/weight_average.h"

#include <ATen/core/Tensor.h>
#include <c10/core/GradMode.h>

namespace hone::train {

void WeightAverage::update(const NamedParameters& parameters) {
  const at::NoGradGuard no_gradients;
  for (const model::NamedParameter& parameter : parameters) {
    if (!parameter.tensor.requires_grad()) continue;
    const auto [average, is_first] = averages_.try_emplace(parameter.name);
    if (is_first) {
      average->second = parameter.tensor.detach().clone();
    } else {
      average->second.lerp_(parameter.tensor.detach(), 1 - decay_);
    }
  }
}

void WeightAverage::swap(const NamedParameters& parameters) {
  const at::NoGradGuard no_gradients;
  for (const model::NamedParameter& parameter : parameters) {
    const auto average = averages_.find(parameter.name);
    if (average == averages_.end()) continue;
    const at::Tensor weight = parameter.tensor.detach().clone();
    at::Tensor(parameter.tensor).copy_(average->second);
    average->second.copy_(weight);
  }
}

AveragedWeights::AveragedWeights(WeightAverage* average, const NamedParameters& parameters)
    : average_(average), parameters_(parameters) {
  if (average_ != nullptr) average_->swap(parameters_);
}

AveragedWeights::~AveragedWeights() {
  if (average_ != nullptr) average_->swap(parameters_);
}

}  // namespace hone::train
