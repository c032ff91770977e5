// The numbers of a run that follow from its options and its rows: steps, warm-up, and when to log, evaluate and save.
#pragma once

#include <cstdint>
#include <string>

#include "train/options.h"
#include "train/schedule.h"

namespace hone::train {

struct Plan {
  int64_t num_rows = 0;
  int64_t batch_size = 0;         // rows of a micro-batch
  int64_t accumulation = 1;       // micro-batches of a step
  int64_t batches_per_epoch = 0;  // micro-batches
  int64_t steps_per_epoch = 0;
  int64_t total_steps = 0;
  int64_t num_epochs = 0;  // begun ones
  ScheduleLength schedule_length;
  int64_t logging_steps = 0;
  int64_t eval_steps = 0;  // 0: not by steps
  int64_t save_steps = 0;  // 0: not by steps
  bool eval_by_epoch = false, save_by_epoch = false;

  bool evaluates() const { return eval_steps > 0 || eval_by_epoch; }
  bool saves() const { return save_steps > 0 || save_by_epoch; }

  // What is due after `step` finished steps. The end of training counts as the end of an epoch.
  bool logs_at(int64_t step) const;
  bool evaluates_at(int64_t step) const;
  bool saves_at(int64_t step) const;
  // As in HF's logs: 1.5 after one and a half passes.
  double epoch_at(int64_t step) const;
  bool ends_epoch(int64_t step) const { return step % steps_per_epoch == 0 || step == total_steps; }
  // Evaluations after more than `from` and at most `to` steps.
  int64_t evaluations_between(int64_t from, int64_t to) const;
};

// Errors (kUsage): options that contradict each other, both named; kInput: no batch at all.
Plan make_plan(const TrainOptions& options, int64_t num_rows);

// The metric that tells which model is best, as "eval_accuracy", and whether more of it is better.
struct BestMetric {
  std::string key;  // empty: none is watched
  bool greater_is_better = false;
};
BestMetric best_metric(const TrainOptions& options);

}  // namespace hone::train
