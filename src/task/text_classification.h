// The loss of text classification: rows with one label of K.
#pragma once

#include <ATen/core/Tensor.h>

#include "task/tasks.h"

namespace hone::task {

// Sum over the rows of the cross-entropy; with label smoothing e: (1 - e) * nll + e * mean over the classes, as HF's
// LabelSmoother. logits [B, K] float, labels [B] int64 -> scalar.
at::Tensor classification_loss_sum(const at::Tensor& logits, const at::Tensor& labels, const LossOptions& options);

}  // namespace hone::task
