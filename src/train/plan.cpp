// HF's arithmetic of steps (Trainer.set_initial_training_values, TrainerState.compute_steps, get_warmup_steps).
#include "train/plan.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace hone::train {

namespace {

Error contradiction(const std::string& what, const std::string& hint) { return Error(ErrorKind::kUsage, what, hint); }

// A number of steps, or below 1 a share of all steps.
int64_t interval(const char* option, double value, int64_t total_steps) {
  if (value < 1) return std::max<int64_t>(1, static_cast<int64_t>(std::ceil(static_cast<double>(total_steps) * value)));
  if (value != std::floor(value)) {
    throw contradiction(
        fmt::format("{} is {}, which is neither a whole number of steps nor a share below 1", option, value),
        "give a whole number");
  }
  return static_cast<int64_t>(value);
}

int64_t warmup_steps(const TrainOptions& options, int64_t total_steps) {
  const double ratio = options.warmup_ratio.value_or(0);
  if (options.warmup_steps > 0 && ratio > 0) {
    throw contradiction(
        fmt::format("warmup_steps ({}) and warmup_ratio ({}) are both given", options.warmup_steps, ratio),
        "give one of them");
  }
  if (options.warmup_steps >= 1) return interval("warmup_steps", options.warmup_steps, total_steps);
  const double share = options.warmup_ratio.value_or(options.warmup_steps);
  return static_cast<int64_t>(std::ceil(static_cast<double>(total_steps) * share));
}

void check_best_model(const TrainOptions& options, const Plan& plan) {
  if (options.early_stopping_patience && !plan.evaluates()) {
    throw contradiction("early_stopping_patience needs evaluations, but eval_strategy is \"no\"",
                        "add --eval-strategy epoch");
  }
  if (!options.load_best_model_at_end) return;
  if (!plan.evaluates()) {
    throw contradiction("load_best_model_at_end needs evaluations, but eval_strategy is \"no\"",
                        "add --eval-strategy epoch --save-strategy epoch");
  }
  if (options.eval_strategy != options.save_strategy) {
    throw contradiction(
        fmt::format("load_best_model_at_end needs a checkpoint of every evaluated model, but eval_strategy is "
                    "\"{}\" and save_strategy is \"{}\"",
                    options.eval_strategy, options.save_strategy),
        "make them the same");
  }
  if (plan.save_steps > 0 && plan.save_steps % plan.eval_steps != 0) {
    throw contradiction(fmt::format("load_best_model_at_end needs save_steps ({}) to be a multiple of eval_steps ({})",
                                    plan.save_steps, plan.eval_steps),
                        "make them the same");
  }
}

}  // namespace

bool Plan::logs_at(int64_t step) const { return step > 0 && step % logging_steps == 0; }

bool Plan::evaluates_at(int64_t step) const {
  if (step <= 0) return false;
  if (eval_by_epoch) return ends_epoch(step);
  return eval_steps > 0 && (step % eval_steps == 0 || step == total_steps);
}

bool Plan::saves_at(int64_t step) const {
  if (step <= 0) return false;
  if (save_by_epoch) return ends_epoch(step);
  return save_steps > 0 && (step % save_steps == 0 || step == total_steps);
}

double Plan::epoch_at(int64_t step) const {
  const int64_t epochs = step / steps_per_epoch, batches = step % steps_per_epoch * accumulation;
  return static_cast<double>(epochs) + static_cast<double>(batches) / static_cast<double>(batches_per_epoch);
}

int64_t Plan::evaluations_between(int64_t from, int64_t to) const {
  int64_t count = 0;
  for (int64_t step = from + 1; step <= to; ++step) count += evaluates_at(step);
  return count;
}

Plan make_plan(const TrainOptions& options, int64_t num_rows) {
  Plan plan;
  plan.num_rows = num_rows;
  plan.batch_size = options.per_device_train_batch_size;
  plan.accumulation = options.gradient_accumulation_steps;
  plan.batches_per_epoch =
      options.dataloader_drop_last ? num_rows / plan.batch_size : (num_rows + plan.batch_size - 1) / plan.batch_size;
  if (plan.batches_per_epoch == 0) {
    throw Error(ErrorKind::kInput, fmt::format("{} rows make no batch of {}", num_rows, plan.batch_size),
                "give more rows, a smaller per_device_train_batch_size, or no dataloader_drop_last");
  }
  plan.steps_per_epoch = (plan.batches_per_epoch + plan.accumulation - 1) / plan.accumulation;
  plan.total_steps =
      options.max_steps > 0
          ? options.max_steps
          : static_cast<int64_t>(std::ceil(options.num_train_epochs * static_cast<double>(plan.steps_per_epoch)));
  plan.num_epochs = (plan.total_steps + plan.steps_per_epoch - 1) / plan.steps_per_epoch;
  const bool has_warmup = find_schedule(options.lr_scheduler_type).has_warmup;
  plan.schedule_length = {has_warmup ? warmup_steps(options, plan.total_steps) : 0, plan.total_steps,
                          options.learning_rate};
  plan.logging_steps = interval("logging_steps", options.logging_steps, plan.total_steps);
  plan.eval_by_epoch = options.eval_strategy == "epoch";
  plan.save_by_epoch = options.save_strategy == "epoch";
  if (options.eval_strategy == "steps") {
    plan.eval_steps = interval("eval_steps", options.eval_steps.value_or(options.logging_steps), plan.total_steps);
  }
  if (options.save_strategy == "steps") plan.save_steps = interval("save_steps", options.save_steps, plan.total_steps);
  check_best_model(options, plan);
  return plan;
}

BestMetric best_metric(const TrainOptions& options) {
  const bool watched =
      options.load_best_model_at_end || options.early_stopping_patience || !options.metric_for_best_model.empty();
  if (!watched) return {};
  std::string key = options.metric_for_best_model.empty() ? "loss" : options.metric_for_best_model;
  if (!key.starts_with("eval_")) key = "eval_" + key;
  return {key, options.greater_is_better.value_or(!key.ends_with("loss"))};
}

}  // namespace hone::train
