#include "train/schedule.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <deque>
#include <numbers>
#include <optional>

#include "base/error.h"
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

// Of a cosine with this many cycles; half a cycle falls from 1 to 0.
double cosine_after(double done, double num_cycles) {
  return 0.5 * (1 + std::cos(std::numbers::pi * num_cycles * 2 * done));
}

double cosine(int64_t step, const ScheduleLength& length) {
  if (step < length.warmup_steps) return warmup(step, length);
  return std::max(0.0, cosine_after(progress(step, length), length.settings.number("num_cycles", 0.5)));
}

double cosine_with_restarts(int64_t step, const ScheduleLength& length) {
  if (step < length.warmup_steps) return warmup(step, length);
  const double done = progress(step, length), num_cycles = length.settings.number("num_cycles", 1);
  return done >= 1 ? 0 : std::max(0.0, 0.5 * (1 + std::cos(std::numbers::pi * std::fmod(num_cycles * done, 1.0))));
}

// The lowest rate as a share of the peak, of min_lr or min_lr_rate.
double lowest_share(const ScheduleLength& length) {
  const std::optional<double> rate = length.settings.number("min_lr");
  if (rate) return length.peak > 0 ? *rate / length.peak : 0;
  return length.settings.number("min_lr_rate", 0);
}

double between(double lowest, double factor) { return std::max(0.0, factor * (1 - lowest) + lowest); }

double cosine_with_min_lr(int64_t step, const ScheduleLength& length) {
  if (step < length.warmup_steps) return warmup(step, length);
  return between(lowest_share(length), cosine_after(progress(step, length), length.settings.number("num_cycles", 0.5)));
}

// Begins above 0 and reaches the lowest rate in the last step.
double cosine_warmup_with_min_lr(int64_t step, const ScheduleLength& length) {
  const auto num_warmup = static_cast<double>(length.warmup_steps), done = static_cast<double>(step);
  if (done < num_warmup) {
    const std::optional<double> first = length.settings.number("warmup_lr_rate");
    if (!first) return (done + 1) / std::max(1.0, num_warmup);
    return *first + (1 - *first) * done / std::max(1.0, num_warmup - 1);
  }
  const double share = (done - num_warmup + 1) / std::max(1.0, static_cast<double>(length.total_steps) - num_warmup);
  return between(lowest_share(length), cosine_after(share, length.settings.number("num_cycles", 0.5)));
}

double inverse_sqrt(int64_t step, const ScheduleLength& length) {
  constexpr double kTimescale = 10'000;  // HF's without warm-up
  if (step < length.warmup_steps) return warmup(step, length);
  const auto num_warmup = static_cast<double>(length.warmup_steps);
  const double timescale = length.settings.number("timescale", num_warmup > 0 ? num_warmup : kTimescale);
  return 1 / std::sqrt((static_cast<double>(step) + timescale - num_warmup) / timescale);
}

double polynomial(int64_t step, const ScheduleLength& length) {
  const double end = length.settings.number("lr_end", 1e-7);
  if (step < length.warmup_steps) return warmup(step, length);
  if (length.peak <= 0) return 0;
  if (step >= length.total_steps) return end / length.peak;
  const double left = std::pow(1 - progress(step, length), length.settings.number("power", 1));
  return ((length.peak - end) * left + end) / length.peak;
}

constexpr std::string_view kLinear = "linear", kCosine = "cosine", kOneMinusRoot = "1-sqrt";
constexpr std::array kCurveNames{kLinear, kCosine, kOneMinusRoot};

double risen(std::string_view curve, double done) {
  if (curve == kCosine) return 0.5 * (1 - std::cos(std::numbers::pi * done));
  return curve == kOneMinusRoot ? 1 - std::sqrt(1 - done) : done;
}

double fallen(std::string_view curve, double done, double num_cycles) {
  if (curve == kCosine) return cosine_after(done, num_cycles);
  return curve == kOneMinusRoot ? 1 - std::sqrt(done) : 1 - done;
}

// Warm-up, then a constant rate, then a fall: by default over the last tenth of all steps.
double warmup_stable_decay(int64_t step, const ScheduleLength& length) {
  const ScheduleSettings& settings = length.settings;
  const auto num_warmup = static_cast<double>(length.warmup_steps), total = static_cast<double>(length.total_steps);
  const double num_decay = settings.number("num_decay_steps", std::ceil(total / 10));
  const double num_stable = settings.number("num_stable_steps", total - num_warmup - num_decay);
  const double lowest = settings.number("min_lr_ratio", 0), done = static_cast<double>(step);
  if (done < num_warmup) {
    return between(lowest, risen(settings.word("warmup_type", kLinear), done / std::max(1.0, num_warmup)));
  }
  if (done < num_warmup + num_stable) return 1;
  const double decayed = done - num_warmup - num_stable;
  if (decayed >= num_decay) return lowest;
  return between(lowest, fallen(settings.word("decay_type", kCosine), decayed / std::max(1.0, num_decay),
                                settings.number("num_cycles", 0.5)));
}

// torch's OneCycleLR with cosines and without cycles of the momentum. The warm-up is its first phase.
double one_cycle(int64_t step, const ScheduleLength& length) {
  const auto total = static_cast<double>(length.total_steps);
  const double share = length.warmup_steps > 0 ? static_cast<double>(length.warmup_steps) / total
                                               : length.settings.number("pct_start", 0.3);
  const double first = 1 / length.settings.number("div_factor", 25);
  const double last = first / length.settings.number("final_div_factor", 1e4);
  const double top = share * total - 1, end = total - 1, done = static_cast<double>(step);
  const auto anneal = [](double from, double to, double part) {
    return to + (from - to) / 2 * (1 + std::cos(std::numbers::pi * std::clamp(part, 0.0, 1.0)));
  };
  if (done <= top) return anneal(first, 1, top > 0 ? done / top : 1);
  return anneal(1, last, end > top ? (done - top) / (end - top) : 1);
}

constexpr std::string_view kRelative = "rel", kAbsolute = "abs", kFalse = "false", kTrue = "true";
constexpr std::array kThresholdModes{kRelative, kAbsolute};
constexpr std::array kTruthNames{kFalse, kTrue};

// As torch's ReduceLROnPlateau: the rate falls by `factor` if the metric has not improved for more than `patience`
// evaluations.
double plateau_factor(std::span<const double> values, bool greater_is_better, const ScheduleSettings& settings,
                      double peak) {
  constexpr double kLeastChange = 1e-8;  // torch's eps
  const double threshold = settings.number("threshold", 1e-4), patience = settings.number("patience", 10);
  std::optional<double> best;
  double rate = peak, num_bad = 0, cooldown_left = 0;
  for (const double value : values) {
    const bool is_better =
        !best || (greater_is_better ? value > *best * (1 + threshold) : value < *best * (1 - threshold));
    if (is_better) best = value;
    num_bad = is_better ? 0 : num_bad + 1;
    if (cooldown_left > 0) {
      --cooldown_left;
      num_bad = 0;
    }
    if (num_bad <= patience) continue;
    const double lower = std::max(rate * settings.number("factor", 0.1), settings.number("min_lr", 0));
    if (rate - lower > kLeastChange) rate = lower;
    cooldown_left = settings.number("cooldown", 0);
    num_bad = 0;
  }
  return peak > 0 ? rate / peak : 1;
}

// The mean of the last values (transformers' StreamingAverage).
class StreamingMean {
 public:
  explicit StreamingMean(double window_size) : window_size_(window_size) {}
  double add(double value) {
    values_.push_back(value);
    sum_ += value;
    if (static_cast<double>(values_.size()) > window_size_) {
      sum_ -= values_.front();
      values_.pop_front();
    }
    return sum_ / static_cast<double>(values_.size());
  }

 private:
  double window_size_, sum_ = 0;
  std::deque<double> values_;
};

constexpr double kGreedyMinLr = 1e-3;  // HF's

// transformers' GreedyLR (arXiv 2512.14527): the rate rises while the metric improves, and falls if it does not. If
// it has stayed at its lowest for `reset_start` reductions, everything begins anew.
class GreedyRate {
 public:
  GreedyRate(bool greater_is_better, const ScheduleSettings& settings, double peak)
      : greater_is_better_(greater_is_better),
        is_relative_(settings.word("threshold_mode", kAbsolute) == kRelative),
        is_smooth_(settings.word("smooth", kFalse) == kTrue),
        factor_(settings.number("factor", 0.95)),
        patience_(settings.number("patience", 10)),
        threshold_(settings.number("threshold", 1e-6)),
        cooldown_(settings.number("cooldown", 0)),
        warmup_(settings.number("warmup", 0)),
        lowest_(settings.number("min_lr", kGreedyMinLr)),
        highest_(settings.number("max_lr", 1)),
        least_change_(settings.number("eps", 1e-8)),
        window_size_(settings.number("window_size", 50)),
        reset_start_(settings.number("reset_start", 500)),
        peak_(peak) {
    reset();
  }

  void add(double value) {
    if (is_smooth_) value = mean_.add(value);
    if (waits(cooldown_left_) || waits(warmup_left_)) return;
    const bool is_better = !best_ || improves(value);
    if (is_better) best_ = value;
    num_good_ = is_better ? num_good_ + 1 : 0;
    num_bad_ = is_better ? 0 : num_bad_ + 1;
    if (num_good_ > patience_) {
      increase();
      warmup_left_ = warmup_;
      num_good_ = 0;
    } else if (num_bad_ > patience_) {
      reduce();
      cooldown_left_ = cooldown_;
      num_bad_ = 0;
    }
  }
  double rate() const { return rate_; }

 private:
  // Returns whether the evaluation only counts down.
  bool waits(double& left) {
    if (left <= 0) return false;
    --left;
    num_bad_ = num_good_ = 0;
    return true;
  }
  bool improves(double value) const {
    if (is_relative_) return greater_is_better_ ? value > *best_ * (1 + threshold_) : value < *best_ * (1 - threshold_);
    return greater_is_better_ ? value > *best_ + threshold_ : value < *best_ - threshold_;
  }
  void increase() {
    const double higher = std::min(rate_ / factor_, highest_);
    if (higher - rate_ > least_change_) rate_ = higher;
    resets_left_ = reset_start_;
  }
  void reduce() {
    const double lower = std::max(rate_ * factor_, lowest_);
    if (rate_ - lower > least_change_) rate_ = lower;
    if (rate_ > lowest_) return;
    if (--resets_left_ <= 0) reset();
  }
  void reset() {
    rate_ = peak_;
    best_.reset();
    num_bad_ = num_good_ = cooldown_left_ = warmup_left_ = 0;
    resets_left_ = reset_start_;
    mean_ = StreamingMean(window_size_);
  }

  bool greater_is_better_, is_relative_, is_smooth_;
  double factor_, patience_, threshold_, cooldown_, warmup_, lowest_, highest_, least_change_, window_size_;
  double reset_start_, peak_;
  std::optional<double> best_;
  double rate_ = 0, num_bad_ = 0, num_good_ = 0, cooldown_left_ = 0, warmup_left_ = 0, resets_left_ = 0;
  StreamingMean mean_{0};
};

double greedy_factor(std::span<const double> values, bool greater_is_better, const ScheduleSettings& settings,
                     double peak) {
  GreedyRate rate(greater_is_better, settings, peak);
  for (const double value : values) rate.add(value);
  return peak > 0 ? rate.rate() / peak : 1;
}

constexpr ScheduleKey kNumCycles{"num_cycles"}, kMinLr{"min_lr"}, kMinLrRate{"min_lr_rate", 0, 1};
constexpr std::array kCosineKeys{kNumCycles};
constexpr std::array kMinLrKeys{kNumCycles, kMinLr, kMinLrRate};
constexpr std::array kWarmMinLrKeys{kNumCycles, kMinLr, kMinLrRate, ScheduleKey{"warmup_lr_rate", 0, 1}};
constexpr std::array kPolynomialKeys{ScheduleKey{"lr_end"}, ScheduleKey{"power"}};
constexpr std::array kInverseSqrtKeys{ScheduleKey{"timescale", 1}};
constexpr std::array kStableKeys{ScheduleKey{"num_decay_steps"},
                                 ScheduleKey{"num_stable_steps"},
                                 ScheduleKey{"warmup_type", 0, 0, kCurveNames},
                                 ScheduleKey{"decay_type", 0, 0, kCurveNames},
                                 ScheduleKey{"min_lr_ratio", 0, 1},
                                 kNumCycles};
constexpr std::array kOneCycleKeys{ScheduleKey{"pct_start", 0, 1}, ScheduleKey{"div_factor", 1},
                                   ScheduleKey{"final_div_factor", 1}};
constexpr std::array kPlateauKeys{ScheduleKey{"factor", 0, 1}, ScheduleKey{"patience"}, ScheduleKey{"threshold"},
                                  ScheduleKey{"cooldown"}, kMinLr};
constexpr std::array kGreedyKeys{ScheduleKey{"factor", 0.01, 0.9999},
                                 ScheduleKey{"patience"},
                                 ScheduleKey{"threshold"},
                                 ScheduleKey{"threshold_mode", 0, 0, kThresholdModes},
                                 ScheduleKey{"cooldown"},
                                 ScheduleKey{"warmup"},
                                 kMinLr,
                                 ScheduleKey{"max_lr"},
                                 ScheduleKey{"eps"},
                                 ScheduleKey{"smooth", 0, 0, kTruthNames},
                                 ScheduleKey{"window_size", 1},
                                 ScheduleKey{"reset_start"}};

constexpr Schedule kSchedules[] = {
    {"linear", "falls linearly to 0", linear},
    {"cosine", "falls to 0 along half a cosine", cosine, true, kCosineKeys},
    {"cosine_with_restarts", "like cosine, by default in one cycle", cosine_with_restarts, true, kCosineKeys},
    {"polynomial", "falls by a power, by default linearly, to lr_end, by default 1e-7", polynomial, true,
     kPolynomialKeys},
    {"constant", "does not change; has no warm-up", constant, false},
    {"constant_with_warmup", "does not change after the warm-up", constant_with_warmup},
    {"inverse_sqrt", "falls with the inverse square root of the step", inverse_sqrt, true, kInverseSqrtKeys},
    {"reduce_lr_on_plateau", "falls if the metric has stopped improving; has no warm-up", constant, false, kPlateauKeys,
     plateau_factor},
    {"cosine_with_min_lr", "like cosine, to min_lr or min_lr_rate", cosine_with_min_lr, true, kMinLrKeys},
    {"cosine_warmup_with_min_lr", "the same, without a step at rate 0", cosine_warmup_with_min_lr, true,
     kWarmMinLrKeys},
    {"warmup_stable_decay", "does not change until the last steps", warmup_stable_decay, true, kStableKeys},
    {"one_cycle", "rises from a 25th of the peak, then falls far below it", one_cycle, true, kOneCycleKeys},
    {"greedy", "rises while the metric improves, else falls; has no warm-up", constant, false, kGreedyKeys,
     greedy_factor, kGreedyMinLr},
};
static_assert(has_names(kSchedules, kScheduleNames),
              "kSchedules and kScheduleNames (names.h) must have the same names");

}  // namespace

std::span<const Schedule> schedules() { return kSchedules; }

const Schedule& find_schedule(std::string_view name) { return find_row(kSchedules, "lr_scheduler_type", name); }

void check_schedule_settings(const Schedule& schedule, const ScheduleSettings& settings) {
  const bool has_both = settings.number("min_lr") && settings.number("min_lr_rate");
  const bool needs_one = schedule.name.ends_with("_with_min_lr");
  if (has_both || (needs_one && !settings.number("min_lr") && !settings.number("min_lr_rate"))) {
    throw Error(ErrorKind::kUsage,
                has_both ? "lr_scheduler_kwargs: min_lr and min_lr_rate are both given"
                         : fmt::format("the schedule {} needs min_lr or min_lr_rate", schedule.name),
                "give one of them, for example --lr-scheduler-kwargs min_lr_rate=0.1");
  }
}

}  // namespace hone::train
