// Reads a metric from the evaluations of a training.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "metric/report.h"
#include "train/run_observer.h"

namespace hone::cli {

class MetricObserver : public train::RunObserver {
 public:
  explicit MetricObserver(const metric::Metric& metric) : key_("eval_" + std::string(metric.name)) {}

  void started(const train::RunState& state, const train::BestSoFar& best) override { keep(state, best); }
  // Errors (kUsage): the evaluations lack the metric.
  void evaluated(const metric::Report& report, const train::RunState& state, const train::BestSoFar& best) override;

  // Returns the metric of the model that the training ended with. Errors (kInput): it is no number.
  double value(bool is_best_loaded) const;

 protected:
  struct Evaluation {
    int64_t step;
    double value;  // may be NaN
  };
  const std::vector<Evaluation>& evaluations() const { return evaluations_; }

 private:
  void keep(const train::RunState& state, const train::BestSoFar& best);
  double checked(double value) const;

  std::string key_;
  std::vector<Evaluation> evaluations_;
  int64_t best_step_ = -1;
};

}  // namespace hone::cli
