#include "train/stepper.h"

#include <ATen/TensorOperators.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "base/error.h"
#include "base/log.h"
#include "tensor/row_gradient.h"

namespace hone::train {

namespace {

constexpr int64_t kMaxNonfiniteSteps = 3;

NamedParameters rated_parameters(const model::Model& model, const RateShares& shares) {
  NamedParameters parameters = model::named_parameters(model);
  set_rate_factors(model, shares, parameters);
  return parameters;
}

}  // namespace

Stepper::Stepper(const TrainerInputs& inputs, const StepPlan& plan)
    : inputs_(inputs),
      plan_(plan),
      parameters_(rated_parameters(*inputs.model, plan.rate_shares)),
      optimizer_(plan.optimizer->make(parameters_, plan.optimizer_options)),
      defers_results_(inputs.defers_results || !parameters_.front().tensor.device().is_cpu()) {}

void Stepper::step(StepRows rows, RunState& state) {
  const at::Tensor loss = compute_gradients(rows);
  if (defers_results_) {
    defer(std::move(rows), loss, state);
  } else {
    const StepResult result{loss.item<double>(), gradient_norm(parameters_)};
    const double rate = rate_of(rows);
    if (result.is_finite()) optimizer_->step(rate, clip_factor(result.grad_norm, plan_.max_grad_norm));
    count(rows, rate, result, result.is_finite() ? "" : first_bad_tensor(), state);
  }
  for (const model::NamedParameter& parameter : parameters_) parameter.tensor.mutable_grad() = at::Tensor();
}

// Queues this step before it settles the previous one, so that the device never waits for the host.
void Stepper::defer(StepRows rows, const at::Tensor& loss, RunState& state) {
  const at::Tensor grad_norm = gradient_norm_on_device(parameters_);
  const double rate = rate_of(rows);
  optimizer_->step_where_finite(rate, loss, grad_norm, plan_.max_grad_norm);
  PendingStep given_out{std::move(rows), rate, DeferredResult(loss, grad_norm)};
  settle(state);
  pending_.emplace(std::move(given_out));
}

void Stepper::renew_optimizer(RunState& state) {
  settle(state);
  const at::NoGradGuard no_gradients;
  std::map<std::string, at::Tensor> before;
  for (const auto& [name, tensor] : optimizer_->state()) before.emplace(name, tensor);
  optimizer_ = plan_.optimizer->make(parameters_, plan_.optimizer_options);
  for (const auto& [name, tensor] : optimizer_->state()) {
    if (const auto found = before.find(name); found != before.end()) tensor.copy_(found->second);
  }
}

void Stepper::settle(RunState& state) {
  if (!pending_) return;
  const PendingStep step = std::move(*pending_);
  pending_.reset();
  const StepResult result = step.result.read();
  count(step.rows, step.learning_rate, result, std::isfinite(result.loss) ? "a gradient" : "the loss", state);
}

void Stepper::count(const StepRows& rows, double learning_rate, const StepResult& result, const std::string& bad_tensor,
                    RunState& state) {
  last_learning_rate_ = learning_rate;
  last_grad_norm_ = result.grad_norm;
  if (!result.is_finite()) return report_nonfinite(rows, result, bad_tensor, state);
  state.window_loss_sum += result.loss;
  state.epoch_loss_sum += result.loss * static_cast<double>(rows.num_rows);
  state.epoch_rows += static_cast<int64_t>(rows.num_rows);
  state.total_loss_sum += result.loss;
  ++state.window_steps;
  ++state.num_finite_steps;
}

nn::ForwardContext Stepper::context_of(const StepRows& rows, size_t micro_batch) const {
  nn::ForwardContext context{true, plan_.seed, static_cast<uint32_t>(rows.step), static_cast<uint16_t>(micro_batch)};
  context.recomputes_layers = plan_.recomputes_layers;
  return context;
}

// The loss is the (weighted) mean over all targets of the step, however its rows are divided into micro-batches
// (docs/runs.md).
at::Tensor Stepper::compute_gradients(const StepRows& rows) {
  double total_weight = 0;
  for (size_t i = 0; i < rows.micro_batches.size(); ++i) {
    total_weight += inputs_.train->total_weight(rows.micro_batches[i], context_of(rows, i));
  }
  const double divisor = total_weight > 0 ? total_weight : 1;
  at::Tensor sum;
  for (size_t i = 0; i < rows.micro_batches.size(); ++i) {
    const at::Tensor loss = inputs_.train->loss(*inputs_.model, rows.micro_batches[i], context_of(rows, i)) / divisor;
    loss.backward();
    const at::Tensor part = loss.detach().to(at::kDouble);
    sum = sum.defined() ? sum + part : part;
  }
  return sum;
}

void Stepper::report_nonfinite(const StepRows& rows, const StepResult& result, const std::string& bad_tensor,
                               RunState& state) {
  std::vector<std::string> locations;
  locations.reserve(rows.micro_batches.front().size());
  for (const uint64_t row : rows.micro_batches.front()) locations.push_back(inputs_.train->location(row));
  const size_t shown = std::min<size_t>(locations.size(), 4);
  const std::string what = fmt::format(
      "step {}: the loss is {} and the gradient norm {}; first bad tensor: {}; rows: {}{}", rows.step + 1, result.loss,
      result.grad_norm, bad_tensor, fmt::join(locations.begin(), locations.begin() + shown, ", "),
      rows.num_rows > shown ? fmt::format(" and {} more", rows.num_rows - shown) : "");
  log_warning("{}; this step is skipped", what);
  if (++state.num_nonfinite_steps < kMaxNonfiniteSteps) return;
  throw Error(ErrorKind::kInput,
              fmt::format("stopped after {} steps with a non-finite loss or gradient; the last was {}",
                          state.num_nonfinite_steps, what),
              "lower --learning-rate, or check these rows; the last checkpoint is untouched");
}

std::optional<std::string> Stepper::first_bad_weight() const {
  for (const model::NamedParameter& parameter : parameters_) {
    if (!parameter.tensor.isfinite().all().item<bool>()) return fmt::format("weight {}", parameter.name);
  }
  return std::nullopt;
}

std::string Stepper::first_bad_tensor() const {
  if (const auto weight = first_bad_weight()) return *weight;
  for (const model::NamedParameter& parameter : parameters_) {
    const at::Tensor gradient = parameter.tensor.grad();
    if (gradient.defined() && !tensor::dense_gradient(gradient).isfinite().all().item<bool>()) {
      return fmt::format("gradient of {}", parameter.name);
    }
  }
  return "the loss";
}

void Stepper::check_weights(const RunState& state) const {
  const auto bad = first_bad_weight();
  if (!bad) return;
  throw Error(
      ErrorKind::kInput,
      fmt::format("stopped at step {}: {} is NaN or infinite, so the model cannot be used", state.global_step, *bad),
      "lower --learning-rate; the last checkpoint is untouched");
}

}  // namespace hone::train
