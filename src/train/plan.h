// The plan of a run, derived from its options and its number of rows: the computation of a step, the number of steps,
// and when to log, evaluate and save. The loop reads only the plan, no options.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "metric/report.h"
#include "train/learning_rates.h"
#include "train/optimizer.h"
#include "train/options.h"
#include "train/row_order.h"
#include "train/schedule.h"

namespace hone::train {

// The metric that decides which model is best.
struct BestMetric {
  std::string key;  // "eval_accuracy"; empty: no metric
  bool greater_is_better = false;
  double threshold = 0;             // a change of more than this is an improvement
  std::optional<int64_t> patience;  // evaluations without improvement after which the run stops early
  bool is_loaded_at_end = false;    // the best model becomes the final one

  // Returns whether evaluations decide which model the run ends with.
  bool chooses_model() const { return is_loaded_at_end || patience.has_value(); }
};

// The computation of a step.
struct StepPlan {
  const OptimizerKind* optimizer = nullptr;
  OptimizerOptions optimizer_options;
  RateShares rate_shares;
  double max_grad_norm = 0;  // 0: gradients are not clipped
  const Schedule* schedule = nullptr;
  ScheduleLength schedule_length;
  uint64_t seed = 0;  // of dropout
  bool recomputes_layers = false;

  // Returns the learning rate of the step after `finished_steps` steps.
  double learning_rate(int64_t finished_steps) const {
    return schedule_length.peak * schedule->factor(finished_steps, schedule_length);
  }
};

struct Plan {
  int64_t num_rows = 0;
  int64_t batch_size = 0;         // rows of a micro-batch
  int64_t accumulation = 1;       // micro-batches of a step
  int64_t batches_per_epoch = 0;  // micro-batches
  int64_t steps_per_epoch = 0;
  int64_t total_steps = 0;
  int64_t num_epochs = 0;        // including a last partial one
  int64_t stop_after_steps = 0;  // 0: the run does not stop before its end
  StepPlan step_plan;
  OrderOptions order;
  int64_t logging_steps = 0;
  int64_t eval_steps = 0;  // 0: not by steps
  int64_t save_steps = 0;  // 0: not by steps
  bool eval_by_epoch = false, save_by_epoch = false;
  int64_t eval_batch_size = 0;
  std::optional<int64_t> save_total_limit;
  BestMetric best;
  std::span<const metric::Metric> metrics;  // of the task
  std::optional<double> ema_decay;          // of the average of the weights

  bool evaluates() const { return eval_steps > 0 || eval_by_epoch; }
  bool saves() const { return save_steps > 0 || save_by_epoch; }

  // Return whether to log, evaluate or save after `step` finished steps. The end of training counts as the end of an
  // epoch.
  bool logs_at(int64_t step) const;
  bool evaluates_at(int64_t step) const;
  bool saves_at(int64_t step) const;
  // Returns the epoch as in HF's logs: 1.5 after one and a half passes.
  double epoch_at(int64_t step) const;
  bool ends_epoch(int64_t step) const { return step % steps_per_epoch == 0 || step == total_steps; }
  // Returns the number of evaluations after more than `from` and at most `to` steps.
  int64_t evaluations_between(int64_t from, int64_t to) const;
};

// Checks what can be checked before rows and model are read. `metrics`: all that the task can have. Errors (kUsage):
// options that contradict each other (both are named); an unknown optimizer, schedule or metric, with the nearest known
// one.
void check_options(const TrainOptions& options, std::span<const metric::Metric> metrics);

// Errors: those of check_options; kInput if the rows make no batch.
Plan make_plan(const TrainOptions& options, int64_t num_rows, std::span<const metric::Metric> metrics);

// Returns the plan of a range test: that of the run, but with a learning rate that rises exponentially from find_lr_min
// to find_lr_max over find_lr_steps steps.
Plan make_range_plan(const TrainOptions& options, int64_t num_rows, std::span<const metric::Metric> metrics);

// Returns the metric that decides which model is best, or one without a key if the options need none. Errors (kUsage):
// a metric that is not among `metrics`.
BestMetric best_metric(const TrainOptions& options, std::span<const metric::Metric> metrics);

}  // namespace hone::train
