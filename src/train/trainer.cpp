#include "train/trainer.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "base/counted.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/json.h"
#include "base/log.h"
#include "base/progress.h"
#include "eval/evaluate.h"
#include "train/checkpoint.h"

namespace hone::train {

namespace {

constexpr size_t kWorstMistakes = 20;

double now_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double rounded(double value, int digits) {
  const double scale = std::pow(10, digits);
  return std::round(value * scale) / scale;
}

}  // namespace

Trainer::Trainer(TrainerInputs inputs, const Plan& plan)
    : inputs_(std::move(inputs)),
      observer_(inputs_.observer != nullptr ? *inputs_.observer : unobserved_),
      plan_(plan),
      rows_(plan, *inputs_.train),
      stepper_(inputs_, plan.step_plan) {
  if (plan.ema_decay) average_ = std::make_unique<WeightAverage>(*plan.ema_decay);
}

void Trainer::resume(const std::filesystem::path& checkpoint) {
  state_ = read_run_state(checkpoint);
  if (state_.global_step > plan_.total_steps) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{} is at step {}, this run has {}", checkpoint.string(), state_.global_step,
                            counted(static_cast<uint64_t>(plan_.total_steps), "step")),
                "give more epochs or steps, or an older checkpoint");
  }
  keep_planned_entries(state_, plan_);
  best_ = best_so_far(state_.log_history, plan_.best);
  restore_model(checkpoint);
  if (state_.global_step > 0) unfreeze(state_.global_step - 1);  // as before the last step
  if (average_) restore_average(checkpoint);
  restore_tensors(checkpoint / kOptimizerFile, stepper_.optimizer().state());
  saved_step_ = state_.global_step;
  follow_metric();
}

void Trainer::restore_model(const std::filesystem::path& checkpoint) {
  if (inputs_.restore_model) return inputs_.restore_model(checkpoint);
  restore_tensors(checkpoint / kWeightsFile, as_tensors(stepper_.parameters()));
}

void Trainer::restore_average(const std::filesystem::path& checkpoint) {
  average_->update(stepper_.parameters());
  average_->swap(stepper_.parameters());
  restore_tensors(checkpoint / kRawWeightsFile, average_->tensors());
  average_->swap(stepper_.parameters());
}

void Trainer::follow_metric() {
  const StepPlan& step = plan_.step_plan;
  if (!step.schedule->follows_metric()) return;
  std::vector<double> values;
  for (const Json& entry : state_.log_history) {
    const auto found = entry.find(plan_.best.key);
    if (found != entry.end() && found->is_number()) values.push_back(found->get<double>());
  }
  stepper_.set_rate_scale(step.schedule->metric_factor(values, plan_.best.greater_is_better,
                                                       step.schedule_length.settings, step.schedule_length.peak));
}

std::vector<uint64_t> Trainer::next_rows() {
  std::vector<uint64_t> rows;
  const int64_t last =
      plan_.stop_after_steps > 0 ? std::min(plan_.stop_after_steps, plan_.total_steps) : plan_.total_steps;
  const int64_t first = state_.global_step;
  for (int64_t step = first; step < std::min(last, first + plan_.steps_per_epoch); ++step) {
    for (const std::vector<uint64_t>& batch : rows_.rows_of_step(step).micro_batches) {
      rows.insert(rows.end(), batch.begin(), batch.end());
    }
  }
  return rows;
}

RunEnd Trainer::run() {
  run_log_ = std::make_unique<RunLog>(inputs_.json_log, state_.log_history, plan_, inputs_.log_style);
  session_start_ = window_start_ = now_seconds();
  earlier_seconds_ = state_.train_seconds;
  start_step_ = state_.global_step;
  start_tokens_ = state_.num_input_tokens_seen;
  Progress progress("training", "step", static_cast<uint64_t>(plan_.total_steps));
  progress.start_at(static_cast<uint64_t>(state_.global_step));
  observer_.started(state_, best_);
  bool finished = finish_step();  // a checkpoint may lack the log entry or the evaluation of its step
  while (finished && !is_abandoned() && !must_stop() && state_.global_step < plan_.total_steps &&
         !has_stopped_early()) {
    if (plan_.stop_after_steps > 0 && state_.global_step >= plan_.stop_after_steps) {
      save();
      return RunEnd::kStoppedAfterSteps;
    }
    train_step();
    progress.advance(1, fmt::format("epoch {:.2f}", plan_.epoch_at(state_.global_step)));
    observer_.advanced(state_);
    finished = finish_step();
  }
  if (is_abandoned()) return RunEnd::kAbandoned;
  if (must_stop()) {
    save();
    return pending_interrupt() != 0 ? RunEnd::kInterrupted : RunEnd::kStoppedOnRequest;
  }
  stepper_.settle(state_);
  stepper_.check_weights(state_);
  add_summary();
  return state_.global_step < plan_.total_steps ? RunEnd::kStoppedEarly : RunEnd::kFinished;
}

bool Trainer::must_stop() { return pending_interrupt() != 0 || observer_.wants_stop(); }

void Trainer::unfreeze(int64_t finished_steps) {
  if (inputs_.unfreeze && inputs_.unfreeze(finished_steps)) stepper_.renew_optimizer(state_);
}

void Trainer::train_step() {
  unfreeze(state_.global_step);
  StepRows rows = rows_.rows_of_step(state_.global_step);
  const auto num_tokens = static_cast<int64_t>(rows.num_tokens);
  stepper_.step(std::move(rows), state_);
  if (average_) average_->update(stepper_.parameters());
  ++state_.global_step;
  state_.num_input_tokens_seen += num_tokens;
  window_tokens_ += num_tokens;
}

bool Trainer::finish_step() {
  const int64_t step = state_.global_step;
  const bool ends_epoch = plan_.ends_epoch(step) && step > start_step_;
  if (plan_.logs_at(step) || plan_.evaluates_at(step) || plan_.saves_at(step) || ends_epoch) stepper_.settle(state_);
  // The run that wrote the checkpoint has already logged its step.
  if (plan_.logs_at(step) && step > start_step_) log();
  if (plan_.evaluates_at(step) && !state_.has_evaluated(step) && !evaluate()) return false;
  if (is_abandoned()) return false;
  if (ends_epoch) end_epoch();
  if (plan_.saves_at(step) || is_best_to_load(step)) save();
  return true;
}

void Trainer::end_epoch() {
  run_log_->end_epoch(state_);
  state_.epoch_loss_sum = 0;
  state_.epoch_rows = 0;
}

// Returns whether to save this step because its model is the best, even if save_steps skips it.
bool Trainer::is_best_to_load(int64_t step) const {
  return plan_.best.is_loaded_at_end && plan_.evaluates_at(step) && best_.metric && best_.step == step;
}

void Trainer::log() {
  const double now = now_seconds();
  Json entry = Json::object();
  entry["loss"] =
      state_.window_steps > 0 ? Json(state_.window_loss_sum / static_cast<double>(state_.window_steps)) : Json();
  entry["grad_norm"] = std::isfinite(stepper_.last_grad_norm()) ? Json(stepper_.last_grad_norm()) : Json();
  entry["learning_rate"] = stepper_.last_learning_rate();
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
  const AveragedWeights averaged(average_.get(), stepper_.parameters());
  const auto result =
      eval::evaluate(*inputs_.model, *inputs_.evaluation,
                     {.batch_size = plan_.eval_batch_size, .num_worst = kWorstMistakes, .keep_going = [this] {
                        observer_.beat();
                        return !must_stop();
                      }});
  if (!result) return false;
  const metric::Report& report = result->report;
  if (report.nonfinite.count > 0) {
    log_warning("step {}: the model gave {} of {} evaluation rows a score that is not a number, the first: {}",
                state_.global_step, report.nonfinite.count, report.num_rows,
                inputs_.evaluation->location(report.nonfinite.first));
  }
  Json entry = {{"eval_loss", metric::finite_or_null(report.loss)}};
  for (const auto& [name, value] : report.values) entry[fmt::format("eval_{}", name)] = metric::finite_or_null(value);
  entry["eval_runtime"] = rounded(result->seconds, 4);
  entry["eval_samples_per_second"] = rounded(static_cast<double>(report.num_rows) / result->seconds, 3);
  entry["eval_steps_per_second"] = rounded(static_cast<double>(result->num_batches) / result->seconds, 3);
  add_entry(std::move(entry));
  follow_metric();
  observer_.evaluated(report, state_, best_);
  saved_step_ = -1;  // a checkpoint that an interrupt wrote for this step lacks the evaluation
  window_start_ += now_seconds() - start;
  return true;
}

void Trainer::save() {
  const double start = now_seconds();
  const int64_t step = state_.global_step;
  if (saved_step_ == step) return;
  stepper_.settle(state_);
  stepper_.check_weights(state_);
  const PhaseScope phase(observer_, RunPhase::kSaving);
  state_.train_seconds = earlier_seconds_ + start - session_start_;
  const AveragedWeights averaged(average_.get(), stepper_.parameters());
  write_checkpoint(inputs_.output_dir, step, [&](const std::filesystem::path& folder) {
    if (average_) tensor::write_safetensors(folder / kRawWeightsFile, average_->tensors());
    inputs_.save_model(folder);
    tensor::write_safetensors(folder / kOptimizerFile, stepper_.optimizer().state());
    write_run_state(folder, state_, plan_, best_, inputs_.output_dir.string());
  });
  saved_step_ = step;
  if (plan_.save_total_limit) {
    remove_old_checkpoints(inputs_.output_dir, *plan_.save_total_limit,
                           best_.metric ? std::optional(best_.step) : std::nullopt);
  }
  window_start_ += now_seconds() - start;
}

void Trainer::add_entry(Json entry) {
  entry["epoch"] = plan_.epoch_at(state_.global_step);
  entry["step"] = state_.global_step;
  state_.log_history.push_back(entry);
  state_.log_seconds.push_back(rounded(earlier_seconds_ + now_seconds() - session_start_, 3));
  best_.add(entry, plan_.best);
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
  return plan_.best.patience && best_.evaluations_without_improvement >= *plan_.best.patience;
}

std::optional<int64_t> Trainer::load_best() {
  if (average_) average_->swap(stepper_.parameters());
  if (!plan_.best.is_loaded_at_end || !best_.metric) return std::nullopt;
  if (best_.step != state_.global_step) {
    restore_model(checkpoint_path(inputs_.output_dir, best_.step));
  }
  return best_.step;
}

}  // namespace hone::train
