#include "task/class_loss.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/expm1.h>
#include <ATen/ops/log_softmax.h>

#include <algorithm>

#include "tensor/compute.h"
#include "tensor/cross_entropy.h"

namespace hone::task {

namespace {

constexpr int64_t kNoIgnoredIndex = -100;

// (1 - p)^gamma of the rows' classes [B]. Limits 1 - p from below, because the power has no derivative at 0.
at::Tensor focal_factors(const at::Tensor& logits, const at::Tensor& classes, double gamma) {
  constexpr double kLeast = 1e-12;
  const at::Tensor log_p = at::log_softmax(logits, 1).gather(1, classes.unsqueeze(1)).squeeze(1);
  return at::expm1(log_p).neg().clamp_min(kLeast).pow(gamma);
}

}  // namespace

at::Tensor ClassLoss::sum(const at::Tensor& logits, std::span<const int64_t> classes) const {
  const at::Tensor of_rows = at::empty({static_cast<int64_t>(classes.size())}, at::kLong);
  std::ranges::copy(classes, of_rows.mutable_data_ptr<int64_t>());
  const at::Tensor targets = tensor::on_device(of_rows, logits.device());
  if (weights.empty() && focal_gamma == 0) {
    return tensor::cross_entropy(logits, targets, {.label_smoothing = label_smoothing});
  }
  const at::Tensor weight = weight_tensor(weights, logits.device());
  const auto optional_weight = weight.defined() ? std::optional(weight) : std::nullopt;
  if (focal_gamma == 0) {
    return at::cross_entropy_loss(logits, targets, optional_weight, at::Reduction::Sum, kNoIgnoredIndex,
                                  label_smoothing);
  }
  const at::Tensor losses = at::cross_entropy_loss(logits, targets, optional_weight, at::Reduction::None,
                                                   kNoIgnoredIndex, label_smoothing);  // [B]
  return (losses * focal_factors(logits, targets, focal_gamma)).sum();
}

double ClassLoss::total_weight(std::span<const int64_t> classes) const {
  if (weights.empty()) return static_cast<double>(classes.size());
  double sum = 0;
  for (const int64_t id : classes) sum += weights[static_cast<size_t>(id)];
  return sum;
}

at::Tensor weight_tensor(const std::vector<double>& weights, const at::Device& device) {
  if (weights.empty()) return {};
  const at::Tensor tensor = at::empty({static_cast<int64_t>(weights.size())}, at::kFloat);
  std::ranges::transform(weights, tensor.mutable_data_ptr<float>(), [](double w) { return static_cast<float>(w); });
  return tensor::on_device(tensor, device);
}

}  // namespace hone::task
