#include "task/text_classification.h"

#include "tensor/cross_entropy.h"

namespace hone::task {

at::Tensor classification_loss_sum(const at::Tensor& logits, const at::Tensor& labels, const LossOptions& options) {
  return tensor::cross_entropy(logits, labels, {.label_smoothing = options.label_smoothing});
}

}  // namespace hone::task
