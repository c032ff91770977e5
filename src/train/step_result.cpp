// Queues the copy to the host on the GPU's stream. An event behind it shows when the copy is complete.
#include "train/step_result.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/stack.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include <cmath>

namespace hone::train {

bool StepResult::is_finite() const { return std::isfinite(loss) && std::isfinite(grad_norm); }

DeferredResult::DeferredResult(const at::Tensor& loss, const at::Tensor& grad_norm) {
  const at::Tensor computed = at::stack({loss.detach().to(at::kDouble), grad_norm.detach().to(at::kDouble)});
  const at::Device device = computed.device();
  if (device.is_cpu()) {
    values_ = computed;
    return;
  }
  values_ = at::empty({2}, at::TensorOptions(at::kDouble).pinned_memory(true));
  values_.copy_(computed, /*non_blocking=*/true);
  written_.emplace(device.type());
  written_->record(c10::impl::VirtualGuardImpl(device.type()).getStream(device));
}

StepResult DeferredResult::read() const {
  if (written_) written_->synchronize();
  const double* values = values_.const_data_ptr<double>();
  return {values[0], values[1]};
}

}  // namespace hone::train
