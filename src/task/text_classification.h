// Text classification: rows with one label of K, their loss, and the labels a model is trained with.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <string>

#include "model/config.h"
#include "table/labels.h"
#include "table/rows.h"
#include "task/tasks.h"

namespace hone::task {

// Sum over the rows of the cross-entropy; with label smoothing e: (1 - e) * nll + e * mean over the classes, as HF's
// LabelSmoother. logits [B, K] float, labels [B] int64 -> scalar.
at::Tensor classification_loss_sum(const at::Tensor& logits, const at::Tensor& labels, const LossOptions& options);

struct LabelRequest {
  std::string id2label;                        // given by the user: "NEGATIVE,POSITIVE" or JSON; may be empty
  std::optional<int64_t> num_labels;           // given by the user
  const model::ModelConfig* config = nullptr;  // of a model that may already have labels
};

// The labels to train with: those given; else those of a model that was trained with the same names; else those of the
// rows. Errors: kInput for rows of one class; kUsage for num_labels that disagree with the data, with advice.
table::LabelMap choose_labels(const table::Rows& train, std::string_view label_column, const LabelRequest& request);

}  // namespace hone::task
