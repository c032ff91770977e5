#include "cli/metric_observer.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include <cmath>

#include "base/error.h"

namespace hone::cli {

void MetricObserver::evaluated(const metric::Report&, const train::RunState& state, const train::BestSoFar& best) {
  keep(state, best);
  check_internal(!evaluations_.empty(), "an evaluation is missing in the log");
}

double MetricObserver::value(bool is_best_loaded) const {
  for (const Evaluation& evaluation : evaluations_) {
    if (is_best_loaded && evaluation.step == best_step_) return checked(evaluation.value);
  }
  if (evaluations_.empty()) throw Error(ErrorKind::kInput, "the training ended without an evaluation");
  return checked(evaluations_.back().value);
}

double MetricObserver::checked(double value) const {
  if (std::isfinite(value)) return value;
  throw Error(ErrorKind::kInput, fmt::format("{} of the final model is not a number", key_));
}

void MetricObserver::keep(const train::RunState& state, const train::BestSoFar& best) {
  evaluations_.clear();
  for (const Json& entry : state.log_history) {
    if (!entry.contains("eval_loss")) continue;
    const auto found = entry.find(key_);
    if (found == entry.end()) {
      throw Error(ErrorKind::kUsage, fmt::format("the evaluations of this task have no {}", key_),
                  "choose another --metric");
    }
    evaluations_.push_back({entry.value("step", int64_t{0}), found->is_number() ? found->get<double>() : std::nan("")});
  }
  best_step_ = best.step;
}

}  // namespace hone::cli
