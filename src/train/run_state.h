// The state of a run: HF's trainer_state.json, and beside it hone_state.json with what else hone needs to resume bit
// for bit.
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "base/json.h"
#include "train/plan.h"

namespace hone::train {

struct RunState {
  int64_t global_step = 0;
  Json log_history = Json::array();  // as HF's, in order
  Json log_seconds = Json::array();  // seconds of training at each entry of the log; null if unknown
  // Since the last log line.
  double window_loss_sum = 0;  // of the steps' mean losses
  int64_t window_steps = 0;
  int64_t num_input_tokens_seen = 0;  // without padding
  double total_loss_sum = 0;          // over all steps, for train_loss
  int64_t num_finite_steps = 0;
  int64_t num_nonfinite_steps = 0;
  double train_seconds = 0;  // over all sessions

  // Looks only at the log's entries of this step and later.
  bool has_evaluated(int64_t step) const;
};

// The best of the evaluations so far, and how many came after it without an improvement.
struct BestSoFar {
  std::optional<double> metric;
  int64_t step = 0;
  int64_t evaluations_without_improvement = 0;

  // Takes one more entry of the log into account. Errors (kUsage): an evaluation without the metric; lists those it
  // has.
  void add(const Json& entry, const BestMetric& metric);
};

// Of a whole log.
BestSoFar best_so_far(const Json& log_history, const BestMetric& metric);

// trainer_state.json, with the keys of transformers' TrainerState and no other.
Json trainer_state_json(const RunState& state, const Plan& plan, const BestSoFar& best, const std::string& output_dir);

// hone_state.json.
Json hone_state_json(const RunState& state);

// Writes both files into a checkpoint. Errors: kIo.
void write_run_state(const std::filesystem::path& checkpoint, const RunState& state, const Plan& plan,
                     const BestSoFar& best, const std::string& output_dir);

// Reads both. Checkpoints of hone 0.1.0 and earlier have no hone_state.json: there its content is the key "hone" of
// trainer_state.json. Errors: kIo; kInput for a missing or malformed value, or the state of another program.
RunState read_run_state(const std::filesystem::path& checkpoint);

// Removes from the log what the plan would not have logged or evaluated by now, such as the last evaluation of a run
// that max_steps ended early.
void keep_planned_entries(RunState& state, const Plan& plan);

}  // namespace hone::train
