// Plans and checks of options as for text classification.
#pragma once

#include "metric/classification.h"
#include "train/plan.h"

namespace hone {

inline train::Plan plan_of(const train::TrainOptions& options, int64_t num_rows) {
  return train::make_plan(options, num_rows, metric::classification_metrics());
}

inline void check_options_of(const train::TrainOptions& options) {
  train::check_options(options, metric::classification_metrics());
}

inline train::BestMetric best_metric_of(const train::TrainOptions& options) {
  return train::best_metric(options, metric::classification_metrics());
}

}  // namespace hone
