// The loss of text classification: rows with one label of K.
#pragma once

#include <ATen/core/Tensor.h>

#include "task/tasks.h"

namespace hone::task {

// Returns the sum of the rows' cross-entropies. With label smoothing e, each is (1 - e) * nll + e * mean over the
// classes, as in HF's LabelSmoother. logits [B, K] float, labels [B] int64 -> scalar.
at::Tensor classification_loss_sum(const at::Tensor& logits, const at::Tensor& labels, const LossOptions& options);

}  // namespace hone::task
