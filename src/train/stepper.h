// Computes training steps: forward, backward, clip, update. Adds their results to the state of the run.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "train/optimizer.h"
#include "train/plan.h"
#include "train/run_state.h"
#include "train/step_result.h"
#include "train/step_rows.h"
#include "train/trainer_inputs.h"

namespace hone::train {

class Stepper {
 public:
  // References must outlive the stepper.
  Stepper(const TrainerInputs& inputs, const StepPlan& plan);

  // Takes the step after `state`. Counts its loss at once, or with the next step (step_result.h). If loss or gradient
  // are not finite, changes only the count of such steps; at the third, throws kInput.
  void step(StepRows rows, RunState& state);

  // Call it when other parameters require gradients than before. Those that stay trained keep their state.
  void renew_optimizer(RunState& state);

  // Counts the result of the last step, if it is not counted yet.
  void settle(RunState& state);

  // Multiplies the learning rate of the following steps.
  void set_rate_scale(double scale) { rate_scale_ = scale; }

  // Throws kInput if a weight is infinite or NaN. Call it before saving the model.
  void check_weights(const RunState& state) const;

  const NamedParameters& parameters() const { return parameters_; }
  Optimizer& optimizer() { return *optimizer_; }

  // These are of the last counted step.
  double last_grad_norm() const { return last_grad_norm_; }
  double last_learning_rate() const { return last_learning_rate_; }

 private:
  // A step that is queued on the device, but whose result the host has not read.
  struct PendingStep {
    StepRows rows;
    double learning_rate = 0;
    DeferredResult result;
  };

  double rate_of(const StepRows& rows) const { return plan_.learning_rate(rows.step) * rate_scale_; }
  at::Tensor compute_gradients(const StepRows& rows);  // returns the loss
  nn::ForwardContext context_of(const StepRows& rows, size_t micro_batch) const;
  void defer(StepRows rows, const at::Tensor& loss, RunState& state);
  void count(const StepRows& rows, double learning_rate, const StepResult& result, const std::string& bad_tensor,
             RunState& state);
  void report_nonfinite(const StepRows& rows, const StepResult& result, const std::string& bad_tensor, RunState& state);
  std::optional<std::string> first_bad_weight() const;
  std::string first_bad_tensor() const;

  const TrainerInputs& inputs_;
  const StepPlan& plan_;
  NamedParameters parameters_;
  std::unique_ptr<Optimizer> optimizer_;
  bool defers_results_ = false;
  double rate_scale_ = 1;
  std::optional<PendingStep> pending_;
  double last_grad_norm_ = 0, last_learning_rate_ = 0;
};

}  // namespace hone::train
