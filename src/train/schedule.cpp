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

// Returns the finished share of the steps after the warm-up.
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

// Cosine in one cycle, which is HF's default. Ends at 0.
double cosine_with_restarts(int64_t step, const ScheduleLength& length) {
  if (step < length.warmup_steps) return warmup(step, length);
  const double done = progress(step, length);
  return done >= 1 ? 0 : std::max(0.0, 0.5 * (1 + std::cos(std::numbers::pi * std::fmod(done, 1.0))));
}

// Polynomial of power 1 that ends at 1e-7, HF's lr_end.
double polynomial(int64_t step, const ScheduleLength& length) {
  constexpr double kEnd = 1e-7;
  if (step < length.warmup_steps) return warmup(step, length);
  if (length.peak <= 0) return 0;
  if (step >= length.total_steps) return kEnd / length.peak;
  return ((length.peak - kEnd) * (1 - progress(step, length)) + kEnd) / length.peak;
}

constexpr Schedule kSchedules[] = {
    {"linear", "falls linearly to 0", linear},
    {"cosine", "falls to 0 along half a cosine", cosine},
    {"cosine_with_restarts", "like cosine, in one cycle", cosine_with_restarts},
    {"polynomial", "falls linearly to 1e-7", polynomial},
    {"constant", "does not change; has no warm-up", constant, false},
    {"constant_with_warmup", "does not change after the warm-up", constant_with_warmup},
};
static_assert(has_names(kSchedules, kScheduleNames),
              "kSchedules and kScheduleNames (names.h) must have the same names");

}  // namespace

std::span<const Schedule> schedules() { return kSchedules; }

const Schedule& find_schedule(std::string_view name) { return find_row(kSchedules, "lr_scheduler_type", name); }

}  // namespace hone::train
