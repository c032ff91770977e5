// The loop itself is Trainer::run and Trainer::train_step; the rest is what they name.
#include "train/trainer.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/json.h"
#include "base/log.h"
#include "base/names.h"
#include "base/progress.h"
#include "eval/evaluate.h"
#include "tensor/transfer.h"
#include "train/checkpoint.h"
#include "train/restore.h"
#include "train/schedule.h"

namespace hone::train {

namespace {

constexpr int64_t kMostNonfiniteSteps = 3;
constexpr size_t kWorstMistakes = 20;

double now_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double rounded(double value, int digits) {
  const double scale = std::pow(10, digits);
  return std::round(value * scale) / scale;
}

OptimizerOptions optimizer_options(const TrainOptions& options) {
  return {options.weight_decay, options.adam_beta1, options.adam_beta2, options.adam_epsilon};
}

// A metric that no evaluation gives would only be noticed at the first one.
void check_metric(const BestMetric& metric, int64_t num_labels) {
  if (metric.key.empty()) return;
  std::vector<std::string> known = {"loss"};
  for (const auto& [name, value] : eval::compute_metrics(eval::ConfusionMatrix(num_labels))) known.push_back(name);
  const std::string name = metric.key.substr(std::string_view("eval_").size());
  if (std::find(known.begin(), known.end(), name) == known.end()) {
    throw unknown_name(ErrorKind::kUsage, "metric_for_best_model", name, known);
  }
}

}  // namespace

Trainer::Trainer(TrainerInputs inputs, const TrainOptions& options, const Plan& plan)
    : inputs_(std::move(inputs)),
      observer_(inputs_.observer != nullptr ? *inputs_.observer : unobserved_),
      options_(options),
      plan_(plan),
      metric_(best_metric(options)),
      parameters_(model::named_parameters(*inputs_.model)),
      optimizer_(make_optimizer(options.optim, parameters_, optimizer_options(options))) {
  check_metric(metric_, inputs_.model->num_labels());
  defers_results_ = inputs_.defers_results || !parameters_.front().tensor.device().is_cpu();
  order_options_ = {options.seed, options.data_seed.value_or(options.seed), options.group_by_length,
                    static_cast<uint64_t>(plan.batch_size * plan.accumulation)};
  for (uint64_t row = 0; row < inputs_.train->size(); ++row) lengths_.push_back(inputs_.train->length(row));
}

void Trainer::resume(const std::filesystem::path& checkpoint) {
  const std::string state_path = (checkpoint / kStateFile).string();
  state_ = run_state_from_json(read_json(checkpoint / kStateFile), state_path);
  if (state_.global_step > plan_.total_steps) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{} is at step {}, this run has {} steps", checkpoint.string(), state_.global_step,
                            plan_.total_steps),
                "give more epochs or steps, or an older checkpoint");
  }
  keep_planned_entries(state_, plan_);
  restore_tensors(checkpoint / "model.safetensors", as_tensors(parameters_));
  restore_tensors(checkpoint / kOptimizerFile, optimizer_->state());
  saved_step_ = state_.global_step;
}

RunEnd Trainer::run() {
  run_log_ = std::make_unique<RunLog>(options_.json_log, state_.log_history, plan_);
  session_start_ = window_start_ = now_seconds();
  earlier_seconds_ = state_.train_seconds;
  start_step_ = state_.global_step;
  start_tokens_ = state_.num_input_tokens_seen;
  Progress progress("training", "step", static_cast<uint64_t>(plan_.total_steps));
  progress.start_at(static_cast<uint64_t>(state_.global_step));
  observer_.started(state_, best());
  bool finished = finish_step();  // what the step of a checkpoint may still lack
  while (finished && !must_stop() && state_.global_step < plan_.total_steps && !has_stopped_early()) {
    if (options_.stop_after_steps > 0 && state_.global_step >= options_.stop_after_steps) {
      save();
      return RunEnd::kStoppedAfterSteps;
    }
    train_step(rows_of_step(state_.global_step));
    progress.advance(1, fmt::format("epoch {:.2f}", plan_.epoch_at(state_.global_step)));
    observer_.advanced(state_);
    finished = finish_step();
  }
  if (must_stop()) {
    save();
    return pending_interrupt() != 0 ? RunEnd::kInterrupted : RunEnd::kStoppedOnRequest;
  }
  settle();
  check_weights();
  add_summary();
  return state_.global_step < plan_.total_steps ? RunEnd::kStoppedEarly : RunEnd::kFinished;
}

bool Trainer::must_stop() { return pending_interrupt() != 0 || observer_.wants_stop(); }

void Trainer::train_step(StepRows rows) {
  const auto num_tokens = static_cast<int64_t>(rows.num_tokens);
  const at::Tensor loss = compute_gradients(rows);
  if (defers_results_) {
    defer_step(std::move(rows), loss);
  } else {
    const StepResult result{loss.item<double>(), gradient_norm(parameters_)};
    const double rate = learning_rate(rows.step);
    if (result.is_finite()) optimizer_->step(rate, clip_factor(result.grad_norm, options_.max_grad_norm));
    count_step(rows, rate, result, result.is_finite() ? "" : first_bad_tensor());
  }
  for (const model::NamedParameter& parameter : parameters_) parameter.tensor.mutable_grad() = at::Tensor();
  ++state_.global_step;
  state_.num_input_tokens_seen += num_tokens;
  window_tokens_ += num_tokens;
}

// The step before is settled when this one's work is given out: the device never waits for the host.
void Trainer::defer_step(StepRows rows, const at::Tensor& loss) {
  const at::Tensor grad_norm = gradient_norm_on_device(parameters_);
  const double rate = learning_rate(rows.step);
  optimizer_->step_where_finite(rate, loss, grad_norm, options_.max_grad_norm);
  PendingStep given_out{std::move(rows), rate, DeferredResult(loss, grad_norm)};
  settle();
  pending_.emplace(std::move(given_out));
}

void Trainer::settle() {
  if (!pending_) return;
  const PendingStep step = std::move(*pending_);
  pending_.reset();
  const StepResult result = step.result.read();
  count_step(step.rows, step.learning_rate, result, std::isfinite(result.loss) ? "a gradient" : "the loss");
}

void Trainer::count_step(const StepRows& rows, double learning_rate, const StepResult& result,
                         const std::string& bad_tensor) {
  last_learning_rate_ = learning_rate;
  last_grad_norm_ = result.grad_norm;
  if (!result.is_finite()) return report_nonfinite_step(rows, result, bad_tensor);
  state_.window_loss_sum += result.loss;
  state_.total_loss_sum += result.loss;
  ++state_.window_steps;
  ++state_.num_finite_steps;
}

Trainer::StepRows Trainer::rows_of_step(int64_t step) {
  const std::vector<uint64_t>& order = order_of_epoch(step / plan_.steps_per_epoch);
  StepRows rows{.step = step};
  const int64_t first = step % plan_.steps_per_epoch * plan_.accumulation;
  const int64_t last = std::min(first + plan_.accumulation, plan_.batches_per_epoch);
  for (int64_t batch = first; batch < last; ++batch) {
    const auto begin = order.begin() + batch * plan_.batch_size;
    const auto end = order.begin() + std::min((batch + 1) * plan_.batch_size, plan_.num_rows);
    rows.micro_batches.emplace_back(begin, end);
    rows.num_rows += static_cast<uint64_t>(end - begin);
    for (auto row = begin; row != end; ++row) rows.num_tokens += lengths_[*row];
  }
  return rows;
}

const std::vector<uint64_t>& Trainer::order_of_epoch(int64_t epoch) {
  if (order_epoch_ != epoch) {
    std::vector<int64_t> evaluations;
    evaluations.reserve(static_cast<size_t>(epoch));
    for (int64_t past = 0; past < epoch; ++past) {
      evaluations.push_back(
          plan_.evaluations_between(past * plan_.steps_per_epoch, (past + 1) * plan_.steps_per_epoch));
    }
    order_ = epoch_order(order_options_, lengths_, epoch, evaluations);
    order_epoch_ = epoch;
  }
  return order_;
}

// The loss is the mean over all rows of the step, however they are spread over micro-batches.
at::Tensor Trainer::compute_gradients(const StepRows& rows) {
  at::Tensor sum;
  for (size_t i = 0; i < rows.micro_batches.size(); ++i) {
    const task::Batch batch = task::make_batch(*inputs_.train, rows.micro_batches[i]);
    nn::ForwardContext context{true, options_.seed, static_cast<uint32_t>(rows.step), static_cast<uint16_t>(i)};
    context.recomputes_layers = options_.gradient_checkpointing;
    const at::Tensor logits = inputs_.model->forward(batch.inputs, context);
    const at::Tensor loss = inputs_.task->loss_sum(logits, tensor::on_device(batch.labels, logits.device()),
                                                   {options_.label_smoothing_factor}) /
                            static_cast<double>(rows.num_rows);
    loss.backward();
    const at::Tensor part = loss.detach().to(at::kDouble);
    sum = sum.defined() ? sum + part : part;
  }
  return sum;
}

double Trainer::learning_rate(int64_t finished_steps) const {
  return options_.learning_rate *
         find_schedule(options_.lr_scheduler_type).factor(finished_steps, plan_.schedule_length);
}

void Trainer::report_nonfinite_step(const StepRows& rows, const StepResult& result, const std::string& bad_tensor) {
  std::vector<std::string> locations;
  locations.reserve(rows.micro_batches.front().size());
  for (const uint64_t row : rows.micro_batches.front()) locations.push_back(inputs_.row_location(row));
  const size_t shown = std::min<size_t>(locations.size(), 4);
  const std::string what = fmt::format(
      "step {}: the loss is {} and the gradient norm {}; first bad tensor: {}; rows: {}{}", rows.step + 1, result.loss,
      result.grad_norm, bad_tensor, fmt::join(locations.begin(), locations.begin() + shown, ", "),
      rows.num_rows > shown ? fmt::format(" and {} more", rows.num_rows - shown) : "");
  log_warning("{}; this step changes nothing", what);
  if (++state_.num_nonfinite_steps < kMostNonfiniteSteps) return;
  throw Error(ErrorKind::kInput,
              fmt::format("stopped after {} steps with a non-finite loss or gradient; the last was {}",
                          state_.num_nonfinite_steps, what),
              "lower learning_rate, or look at these rows; the last checkpoint is untouched");
}

std::optional<std::string> Trainer::first_bad_weight() const {
  for (const model::NamedParameter& parameter : parameters_) {
    if (!parameter.tensor.isfinite().all().item<bool>()) return fmt::format("weight {}", parameter.name);
  }
  return std::nullopt;
}

std::string Trainer::first_bad_tensor() const {
  if (const auto weight = first_bad_weight()) return *weight;
  for (const model::NamedParameter& parameter : parameters_) {
    const at::Tensor gradient = parameter.tensor.grad();
    if (gradient.defined() && !gradient.isfinite().all().item<bool>()) {
      return fmt::format("gradient of {}", parameter.name);
    }
  }
  return "the loss";
}

bool Trainer::finish_step() {
  const int64_t step = state_.global_step;
  if (plan_.logs_at(step) || plan_.evaluates_at(step) || plan_.saves_at(step)) settle();
  // A checkpoint's own step was logged before it was saved, if it was due then.
  if (plan_.logs_at(step) && step > start_step_) log();
  if (plan_.evaluates_at(step) && !state_.has_evaluated(step) && !evaluate()) return false;
  if (plan_.saves_at(step) || is_best_to_load(step)) save();
  return true;
}

// save_steps may pass over evaluated steps; the best of them is saved all the same.
bool Trainer::is_best_to_load(int64_t step) const {
  if (!options_.load_best_model_at_end || !plan_.evaluates_at(step)) return false;
  const BestSoFar best_now = best();
  return best_now.metric && best_now.step == step;
}

void Trainer::log() {
  const double now = now_seconds();
  Json entry = Json::object();
  entry["loss"] =
      state_.window_steps > 0 ? Json(state_.window_loss_sum / static_cast<double>(state_.window_steps)) : Json();
  entry["grad_norm"] = std::isfinite(last_grad_norm_) ? Json(last_grad_norm_) : Json();
  entry["learning_rate"] = last_learning_rate_;
  entry["tokens_per_second"] = rounded(static_cast<double>(window_tokens_) / std::max(1e-9, now - window_start_), 1);
  state_.window_loss_sum = 0;
  state_.window_steps = 0;
  window_tokens_ = 0;
  window_start_ = now;
  add_entry(std::move(entry));
}

bool Trainer::evaluate() {
  const double start = now_seconds();
  const PhaseScope phase(observer_, RunPhase::kEvaluating);
  const auto result = eval::evaluate(*inputs_.model, *inputs_.evaluation,
                                     {.batch_size = options_.per_device_eval_batch_size,
                                      .num_worst = kWorstMistakes,
                                      .keep_going = [this] { return !must_stop(); }});
  if (!result) return false;
  Json entry = Json::object();
  entry["eval_loss"] = std::isfinite(result->loss) ? Json(result->loss) : Json();
  for (const auto& [name, value] : eval::compute_metrics(result->confusion)) entry["eval_" + name] = value;
  entry["eval_runtime"] = rounded(result->seconds, 4);
  entry["eval_samples_per_second"] = rounded(static_cast<double>(result->num_rows) / result->seconds, 3);
  entry["eval_steps_per_second"] = rounded(static_cast<double>(result->num_batches) / result->seconds, 3);
  add_entry(std::move(entry));
  observer_.evaluated(*result, state_, best());
  saved_step_ = -1;  // a checkpoint that an interrupt wrote for this step lacks the evaluation
  window_start_ += now_seconds() - start;
  return true;
}

void Trainer::save() {
  const double start = now_seconds();
  const int64_t step = state_.global_step;
  if (saved_step_ == step) return;
  settle();
  check_weights();
  const PhaseScope phase(observer_, RunPhase::kSaving);
  state_.train_seconds = earlier_seconds_ + start - session_start_;
  const BestSoFar best_now = best();
  write_checkpoint(options_.output_dir, step, [&](const std::filesystem::path& folder) {
    inputs_.save_model(folder);
    tensor::write_safetensors(folder / kOptimizerFile, optimizer_->state());
    write_json(folder / kStateFile, to_json(state_, plan_, best_now, options_.output_dir.string()));
  });
  saved_step_ = step;
  if (options_.save_total_limit) {
    remove_old_checkpoints(options_.output_dir, *options_.save_total_limit,
                           best_now.metric ? std::optional(best_now.step) : std::nullopt);
  }
  window_start_ += now_seconds() - start;
}

void Trainer::check_weights() const {
  const auto bad = first_bad_weight();
  if (!bad) return;
  throw Error(ErrorKind::kInput,
              fmt::format("stopped at step {}: {} is no longer finite, so the model is lost", state_.global_step, *bad),
              "lower learning_rate; the last checkpoint is untouched");
}

void Trainer::add_entry(Json entry) {
  entry["epoch"] = plan_.epoch_at(state_.global_step);
  entry["step"] = state_.global_step;
  state_.log_history.push_back(entry);
  state_.log_seconds.push_back(rounded(earlier_seconds_ + now_seconds() - session_start_, 3));
  run_log_->add(entry);
  observer_.logged(state_);
}

void Trainer::add_summary() {
  const double seconds = now_seconds() - session_start_;
  const double steps = static_cast<double>(state_.global_step - start_step_);
  const double rows = steps * static_cast<double>(plan_.num_rows) / static_cast<double>(plan_.steps_per_epoch);
  state_.train_seconds = earlier_seconds_ + seconds;
  Json entry = Json::object();
  entry["train_runtime"] = rounded(state_.train_seconds, 4);
  entry["train_samples_per_second"] = rounded(rows / seconds, 3);
  entry["train_steps_per_second"] = rounded(steps / seconds, 3);
  entry["train_tokens_per_second"] =
      rounded(static_cast<double>(state_.num_input_tokens_seen - start_tokens_) / seconds, 1);
  entry["train_loss"] =
      state_.num_finite_steps > 0 ? Json(state_.total_loss_sum / static_cast<double>(state_.num_finite_steps)) : Json();
  add_entry(std::move(entry));
}

bool Trainer::has_stopped_early() const {
  return options_.early_stopping_patience &&
         best().evaluations_without_improvement >= *options_.early_stopping_patience;
}

std::optional<int64_t> Trainer::load_best() {
  const BestSoFar best_now = best();
  if (!options_.load_best_model_at_end || !best_now.metric) return std::nullopt;
  if (best_now.step != state_.global_step) {
    restore_tensors(checkpoint_path(options_.output_dir, best_now.step) / "model.safetensors", as_tensors(parameters_));
  }
  return best_now.step;
}

}  // namespace hone::train
