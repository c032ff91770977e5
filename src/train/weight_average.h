// The exponential moving average of the trained weights (--ema-decay), which is evaluated and saved in their place. As
// torch.optim.swa_utils.AveragedModel with get_ema_multi_avg_fn: the first update copies the weights.
#pragma once

#include <map>
#include <string>

#include "tensor/safetensors.h"
#include "train/optimizer.h"

namespace hone::train {

class WeightAverage {
 public:
  explicit WeightAverage(double decay) : decay_(decay) {}

  // Call it after each step.
  void update(const NamedParameters& parameters);
  // Exchanges the weights and their averages. The second call restores both.
  void swap(const NamedParameters& parameters);
  // Returns the averages; between two calls of swap() the weights themselves.
  tensor::NamedTensors tensors() const { return {averages_.begin(), averages_.end()}; }

 private:
  double decay_;
  std::map<std::string, at::Tensor> averages_;
};

// While one lives, the model has the averages as its weights.
class AveragedWeights {
 public:
  // `average` may be null.
  AveragedWeights(WeightAverage* average, const NamedParameters& parameters);
  ~AveragedWeights();
  AveragedWeights(const AveragedWeights&) = delete;
  AveragedWeights& operator=(const AveragedWeights&) = delete;

 private:
  WeightAverage* average_;
  const NamedParameters& parameters_;
};

}  // namespace hone::train
