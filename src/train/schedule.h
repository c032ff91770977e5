// Learning-rate schedules as factors of the peak rate: pure functions of the step, as in transformers.optimization.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "train/schedule_settings.h"

namespace hone::train {

struct ScheduleLength {
  int64_t warmup_steps = 0;
  int64_t total_steps = 0;
  double peak = 0;  // peak learning rate; the polynomial schedule ends at 1e-7, not at a share of the peak
  ScheduleSettings settings = {};
};

struct Schedule {
  std::string_view name;
  std::string_view doc;
  // Returns the factor for the step after `step` finished steps.
  double (*factor)(int64_t step, const ScheduleLength& length);
  bool has_warmup = true;
  std::span<const ScheduleKey> keys = {};
  // Null, or what multiplies the factor after evaluations with these values of the metric. `peak`: the learning rate
  // before.
  double (*metric_factor)(std::span<const double> values, bool greater_is_better, const ScheduleSettings& settings,
                          double peak) = nullptr;
  double default_min_lr = 0;  // of a schedule that follows the metric, if its settings have no min_lr

  bool follows_metric() const { return metric_factor != nullptr; }
};

std::span<const Schedule> schedules();

// Throws kUsage for an unknown name; the hint has the nearest one.
const Schedule& find_schedule(std::string_view name);

// Throws kUsage if the schedule lacks a setting that it needs.
void check_schedule_settings(const Schedule& schedule, const ScheduleSettings& settings);

}  // namespace hone::train
