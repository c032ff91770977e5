// Computes steps as HF does in Trainer.set_initial_training_values, TrainerState.compute_steps and get_warmup_steps.
#include "train/plan.h"

#include <algorithm>
#include <cmath>

#include "base/counted.h"
#include "base/error.h"

namespace hone::train {

namespace {

constexpr std::string_view kMetricPrefix = "eval_";

Error contradiction(const std::string& what, const std::string& hint) { return Error(ErrorKind::kUsage, what, hint); }

void check_interval(const char* option, double value) {
  if (value < 1 || value == std::floor(value)) return;
  throw contradiction(
      fmt::format("{} is {}, which is neither a whole number of steps nor a share below 1", option, value),
      "give a whole number");
}

// Converts a number of steps, or a share of all steps if it is below 1.
int64_t interval(double value, int64_t total_steps) {
  if (value >= 1) return static_cast<int64_t>(value);
  return std::max<int64_t>(1, static_cast<int64_t>(std::ceil(static_cast<double>(total_steps) * value)));
}

double eval_interval(const TrainOptions& options) { return options.eval_steps.value_or(options.logging_steps); }

int64_t warmup_steps(const TrainOptions& options, int64_t total_steps) {
  if (options.warmup_steps >= 1) return interval(options.warmup_steps, total_steps);
  const double share = options.warmup_ratio.value_or(options.warmup_steps);
  return static_cast<int64_t>(std::ceil(static_cast<double>(total_steps) * share));
}

void check_warmup(const TrainOptions& options) {
  check_interval("warmup_steps", options.warmup_steps);
  const double ratio = options.warmup_ratio.value_or(0);
  if (options.warmup_steps > 0 && ratio > 0) {
    throw contradiction(
        fmt::format("warmup_steps ({}) and warmup_ratio ({}) are both given", options.warmup_steps, ratio),
        "give one of them");
  }
}

Error unfit_save_steps(int64_t save_steps, int64_t eval_steps) {
  return contradiction(fmt::format("load_best_model_at_end needs save_steps ({}) to be a multiple of eval_steps ({})",
                                   save_steps, eval_steps),
                       "make them the same");
}

void check_best_model(const TrainOptions& options, std::span<const metric::Metric> metrics) {
  const bool evaluates = options.eval_strategy != "no";
  best_metric(options, metrics);
  if (options.early_stopping_patience && !evaluates) {
    throw contradiction("early_stopping_patience needs evaluations, but eval_strategy is \"no\"",
                        "add --eval-strategy epoch");
  }
  if (!options.load_best_model_at_end) return;
  if (!evaluates) {
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
  // make_plan checks shares of all steps, because the number of steps depends on the rows.
  const double eval = eval_interval(options), save = options.save_steps;
  if (options.eval_strategy == "steps" && eval >= 1 && save >= 1 && std::fmod(save, eval) != 0) {
    throw unfit_save_steps(static_cast<int64_t>(save), static_cast<int64_t>(eval));
  }
}

ScheduleSettings schedule_settings(const TrainOptions& options) {
  const Schedule& schedule = find_schedule(options.lr_scheduler_type);
  ScheduleSettings settings = read_schedule_settings(schedule.name, options.lr_scheduler_kwargs, schedule.keys);
  check_schedule_settings(schedule, settings);
  if (schedule.follows_metric() && options.eval_strategy == "no") {
    throw contradiction(fmt::format("the schedule {} needs evaluations, but eval_strategy is \"no\"", schedule.name),
                        "add --eval-strategy epoch");
  }
  return settings;
}

void check_optimizer(const TrainOptions& options) {
  find_optimizer(options.optim);
  const bool has_momentum = options.optim == "sgd" || options.optim == "muon";
  if ((options.momentum || options.nesterov) && !has_momentum) {
    throw contradiction(
        fmt::format("{} is given, but optim is \"{}\"", options.momentum ? "momentum" : "nesterov", options.optim),
        "leave it out, or give --optim sgd or muon");
  }
  if (options.optim == "sgd" && options.nesterov.value_or(false) && options.momentum.value_or(0) == 0) {
    throw contradiction("nesterov needs a momentum, but momentum is 0", "add --momentum 0.9");
  }
  if (options.head_learning_rate && options.learning_rate == 0) {
    throw contradiction("head_learning_rate is given, but learning_rate is 0",
                        "give --learning-rate for the head and freeze the rest: --freeze all-but-head");
  }
}

RateShares rate_shares(const TrainOptions& options) {
  RateShares shares{.layerwise_decay = options.layerwise_lr_decay, .head_factor = std::nullopt};
  if (options.head_learning_rate) shares.head_factor = *options.head_learning_rate / options.learning_rate;
  return shares;
}

StepPlan step_plan_of(const TrainOptions& options, int64_t total_steps) {
  StepPlan step;
  step.optimizer = &find_optimizer(options.optim);
  step.optimizer_options = {options.weight_decay, options.adam_beta1, options.adam_beta2,
                            options.adam_epsilon, options.momentum,   options.nesterov};
  step.rate_shares = rate_shares(options);
  step.max_grad_norm = options.max_grad_norm;
  step.schedule = &find_schedule(options.lr_scheduler_type);
  step.schedule_length = {step.schedule->has_warmup ? warmup_steps(options, total_steps) : 0, total_steps,
                          options.learning_rate, schedule_settings(options)};
  step.seed = options.seed;
  step.recomputes_layers = options.gradient_checkpointing;
  return step;
}

void plan_intervals(const TrainOptions& options, Plan& plan) {
  plan.logging_steps = interval(options.logging_steps, plan.total_steps);
  plan.eval_by_epoch = options.eval_strategy == "epoch";
  plan.save_by_epoch = options.save_strategy == "epoch";
  if (options.eval_strategy == "steps") plan.eval_steps = interval(eval_interval(options), plan.total_steps);
  if (options.save_strategy == "steps") plan.save_steps = interval(options.save_steps, plan.total_steps);
  if (options.load_best_model_at_end && plan.save_steps > 0 && plan.save_steps % plan.eval_steps != 0) {
    throw unfit_save_steps(plan.save_steps, plan.eval_steps);
  }
}

constexpr const char* kFirstShare = "first_share";  // of the peak, in the first step

double rising(int64_t step, const ScheduleLength& length) {
  const double left = 1 - static_cast<double>(step) / static_cast<double>(length.total_steps - 1);
  return std::pow(length.settings.number(kFirstShare, 1), left);
}

constexpr Schedule kRising{"rising", "rises exponentially to the peak", rising, false};

void check_range(const RangeTestOptions& range) {
  if (range.find_lr_min < range.find_lr_max) return;
  throw contradiction(
      fmt::format("find_lr_min ({}) is not below find_lr_max ({})", range.find_lr_min, range.find_lr_max),
      "give a range that rises, such as --find-lr-min 1e-7 --find-lr-max 1");
}

// Returns how many multiples of `period` are above `from` and at most `to`.
int64_t multiples_between(int64_t from, int64_t to, int64_t period) { return to / period - from / period; }

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
  if (!evaluates()) return 0;
  const int64_t period = eval_by_epoch ? steps_per_epoch : eval_steps;
  const bool has_last = from < total_steps && total_steps <= to && total_steps % period != 0;
  return multiples_between(from, to, period) + (has_last ? 1 : 0);
}

void check_options(const TrainOptions& options, std::span<const metric::Metric> metrics) {
  check_optimizer(options);
  schedule_settings(options);
  check_warmup(options);
  check_range(options.range_test);
  check_interval("logging_steps", options.logging_steps);
  check_interval("eval_steps", eval_interval(options));
  check_interval("save_steps", options.save_steps);
  check_best_model(options, metrics);
}

Plan make_plan(const TrainOptions& options, int64_t num_rows, std::span<const metric::Metric> metrics) {
  check_options(options, metrics);
  Plan plan;
  plan.num_rows = num_rows;
  plan.ema_decay = options.ema_decay;
  plan.batch_size = options.per_device_train_batch_size;
  plan.accumulation = options.gradient_accumulation_steps;
  plan.batches_per_epoch =
      options.dataloader_drop_last ? num_rows / plan.batch_size : (num_rows + plan.batch_size - 1) / plan.batch_size;
  if (plan.batches_per_epoch == 0) {
    throw Error(ErrorKind::kInput, fmt::format("{} make no batch of {}", counted(num_rows, "row"), plan.batch_size),
                "give more rows, a smaller per_device_train_batch_size, or no dataloader_drop_last");
  }
  plan.steps_per_epoch = (plan.batches_per_epoch + plan.accumulation - 1) / plan.accumulation;
  plan.total_steps =
      options.max_steps > 0
          ? options.max_steps
          : static_cast<int64_t>(std::ceil(options.num_train_epochs * static_cast<double>(plan.steps_per_epoch)));
  plan.num_epochs = (plan.total_steps + plan.steps_per_epoch - 1) / plan.steps_per_epoch;
  plan.stop_after_steps = options.stop_after_steps;
  plan.step_plan = step_plan_of(options, plan.total_steps);
  plan.order = {options.seed, options.data_seed.value_or(options.seed), options.group_by_length,
                static_cast<uint64_t>(plan.batch_size * plan.accumulation)};
  plan_intervals(options, plan);
  plan.eval_batch_size = options.per_device_eval_batch_size;
  plan.save_total_limit = options.save_total_limit;
  plan.best = best_metric(options, metrics);
  plan.metrics = metrics;
  return plan;
}

Plan make_range_plan(const TrainOptions& options, int64_t num_rows, std::span<const metric::Metric> metrics) {
  const RangeTestOptions& range = options.range_test;
  Plan plan = make_plan(options, num_rows, metrics);
  plan.step_plan.schedule = &kRising;
  ScheduleLength& length = plan.step_plan.schedule_length;
  length = {0, range.find_lr_steps, range.find_lr_max, {}};
  length.settings.numbers[kFirstShare] = range.find_lr_min / range.find_lr_max;
  return plan;
}

BestMetric best_metric(const TrainOptions& options, std::span<const metric::Metric> metrics) {
  const bool is_watched = options.load_best_model_at_end || options.early_stopping_patience ||
                          !options.metric_for_best_model.empty() ||
                          find_schedule(options.lr_scheduler_type).follows_metric();
  if (!is_watched) return {};
  std::string name(options.metric_for_best_model.empty() ? metric::kLoss.name : options.metric_for_best_model);
  if (name.starts_with(kMetricPrefix)) name.erase(0, kMetricPrefix.size());
  BestMetric best;
  best.key = std::string(kMetricPrefix) + name;
  best.greater_is_better = options.greater_is_better.value_or(
      metric::known_metric(metrics, "metric_for_best_model", name).better != metric::Better::kLower);
  best.threshold = options.early_stopping_threshold;
  best.patience = options.early_stopping_patience;
  best.is_loaded_at_end = options.load_best_model_at_end;
  return best;
}

}  // namespace hone::train
