// Where a run stands: HF's trainer_state.json, with what hone needs beside it to go on bit for bit.
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>

#include "base/json.h"
#include "train/plan.h"

namespace hone::train {

struct RunState {
  int64_t global_step = 0;
  Json log_history = Json::array();  // as HF's, in order
  Json log_seconds = Json::array();  // beside it: seconds of training at each entry; null where no one noted it
  // Since the last log line.
  double window_loss_sum = 0;  // of the steps' mean losses
  int64_t window_steps = 0;
  int64_t num_input_tokens_seen = 0;  // real ones
  double total_loss_sum = 0;          // over all steps, for train_loss
  int64_t num_finite_steps = 0;
  int64_t num_nonfinite_steps = 0;
  double train_seconds = 0;  // over all sessions

  bool has_evaluated(int64_t step) const;
};

// The best of the evaluations so far and how many came after it without an improvement; a pure function of the log.
struct BestSoFar {
  std::optional<double> metric;
  int64_t step = 0;
  int64_t evaluations_without_improvement = 0;
};
// Errors (kUsage): the metric is not among the evaluation's, which are listed.
BestSoFar best_so_far(const RunState& state, const BestMetric& metric, double threshold);

Json to_json(const RunState& state, const Plan& plan, const BestSoFar& best, const std::string& output_dir);
// Errors (kInput): what `source` lacks.
RunState run_state_from_json(const Json& json, const std::string& source);

// Removes from the log what the plan would not have logged or evaluated by now, as a run that ended early by max_steps
// does at its end.
void keep_planned_entries(RunState& state, const Plan& plan);

}  // namespace hone::train
