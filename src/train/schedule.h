// Learning-rate schedules as factors of the peak rate: pure functions of the step, as in transformers.optimization.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace hone::train {

struct ScheduleLength {
  int64_t warmup_steps = 0;
  int64_t total_steps = 0;
  double peak = 0;  // peak learning rate; the polynomial schedule ends at 1e-7, not at a share of the peak
};

struct Schedule {
  std::string_view name;
  std::string_view doc;
  // Returns the factor for the step after `step` finished steps.
  double (*factor)(int64_t step, const ScheduleLength& length);
  bool has_warmup = true;
};

std::span<const Schedule> schedules();

// Throws kUsage for an unknown name; the hint has the nearest one.
const Schedule& find_schedule(std::string_view name);

}  // namespace hone::train
