// The result of a training step. On the CPU the loop reads it at once. On a GPU the host reads it after it has queued
// the next step, so that the GPU never waits for the host.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Event.h>

#include <optional>

namespace hone::train {

struct StepResult {
  double loss = 0, grad_norm = 0;
  bool is_finite() const;
};

class DeferredResult {
 public:
  // `loss` and `grad_norm` are scalars of any floating type on one device, which may still be computing them.
  DeferredResult(const at::Tensor& loss, const at::Tensor& grad_norm);

  // Waits until the device has computed both.
  StepResult read() const;

 private:
  at::Tensor values_;  // [2] double on the host, in pinned memory if a GPU writes it
  std::optional<c10::Event> written_;
};

}  // namespace hone::train
