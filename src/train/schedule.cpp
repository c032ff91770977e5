// The table of schedules.
#include "train/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/names.h"
#include "train/names.h"

namespace hone::train {

namespace {

double warmup(int64_t step, const ScheduleLength& length) {
  return static_cast<double>(step) / static_cast<double>(std::max<int64_t>(1, length.warmup_steps));
}

// Share of the way from the end of the warm-up to the last step.
double progress(int64_t step, const ScheduleLength& length) {
  return static_cast<double>(step - length.warmup_steps) /
         static_cast<double>(std::max<int64_t>(1, length.total_steps - length.warmup_steps));
}

double constant(int64_t, const ScheduleLength&) { return 1; }

double constant_with_warmup(int64_t step, const ScheduleLength& length) {
  return step < length.warmup_steps ? warmup(step, length) : 1;
}

double linear(int64_t step, const ScheduleLength& length) {
  if (step < length.warmup_steps) return warmup(step, length);
  return std::max(0.0, static_cast<double>(length.total_steps - step) /
                           static_cast<double>(std::max<int64_t>(1, length.total_steps - length.warmup_steps)));
}

double cosine(int64_t step, const ScheduleLength& length) {
  if (step < length.warmup_steps) return warmup(step, length);
  return std::max(0.0, 0.5 * (1 + std::cos(std::numbers::pi * progress(step, length))));
}

// One cycle, as HF's default; at the end of it the rate is 0.
double cosine_with_restarts(int64_t step, const ScheduleLength& length) {
  if (step < length.warmup_steps) return warmup(step, length);
  const double done = progress(step, length);
  return done >= 1 ? 0 : std::max(0.0, 0.5 * (1 + std::cos(std::numbers::pi * std::fmod(done, 1.0))));
}

// Power 1 down to HF's lr_end of 1e-7.
double polynomial(int64_t step, const ScheduleLength& length) {
  constexpr double kEnd = 1e-7;
  if (step < length.warmup_steps) return warmup(step, length);
  if (length.peak <= 0) return 0;
  if (step >= length.total_steps) return kEnd / length.peak;
  return ((length.peak - kEnd) * (1 - progress(step, length)) + kEnd) / length.peak;
}

constexpr Schedule kSchedules[] = {
    {"linear", "falls in a line to 0", linear},
    {"cosine", "falls along half a cosine to 0", cosine},
    {"cosine_with_restarts", "as cosine, in one cycle", cosine_with_restarts},
    {"polynomial", "falls in a line to 1e-7", polynomial},
    {"constant", "stays; no warm-up", constant, false},
    {"constant_with_warmup", "stays after the warm-up", constant_with_warmup},
};
static_assert(has_names(kSchedules, kScheduleNames),
              "kSchedules and kScheduleNames (names.h) must have the same names");

}  // namespace

std::span<const Schedule> schedules() { return kSchedules; }

const Schedule& find_schedule(std::string_view name) { return find_row(kSchedules, "lr_scheduler_type", name); }

}  // namespace hone::train
