// The loss of rows with one class of K each: cross-entropy with label smoothing and class weights, as torch's
// CrossEntropyLoss, and focal loss (Lin et al., "Focal loss for dense object detection", arXiv 1708.02002). B rows.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <vector>

namespace hone::task {

struct ClassLoss {
  double label_smoothing = 0;   // e in [0, 1], as in HF's LabelSmoother
  double focal_gamma = 0;       // a row's loss is multiplied by (1 - p)^gamma, where p is the probability of its class
  std::vector<double> weights;  // by class; empty: all are 1

  // Returns the sum of the losses of rows, a scalar. logits [B, K], classes [B] on the CPU.
  at::Tensor sum(const at::Tensor& logits, std::span<const int64_t> classes) const;
  // Returns what the sum is divided by to get the mean: the sum of the weights of the rows' classes.
  double total_weight(std::span<const int64_t> classes) const;
};

// Returns the weights as floats [K] on the device; undefined if there are none.
at::Tensor weight_tensor(const std::vector<double>& weights, const at::Device& device);

}  // namespace hone::task
