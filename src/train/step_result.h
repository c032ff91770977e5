// What a step of training gave. On the processor it is known at once; on a GPU the host reads it after it has given out
// the work of the next step, so that it never waits for the step that is under way.
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
  // Scalars of any floating type, both on one device; what is to be computed for them may still be under way.
  DeferredResult(const at::Tensor& loss, const at::Tensor& grad_norm);

  // Waits until both are computed.
  StepResult read() const;

 private:
  at::Tensor values_;  // [2] double on the host, in pinned memory where a GPU writes it
  std::optional<c10::Event> written_;
};

}  // namespace hone::train
