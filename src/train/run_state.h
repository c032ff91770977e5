// The state of a run. It is stored in HF's trainer_state.json, and in hone_state.json, which has the rest that hone
// needs to resume bit for bit.
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
  Json log_history = Json::array();  // entries as in HF's log, in order
  Json log_seconds = Json::array();  // seconds of training at each entry of the log; null if unknown
  // Since the last log line.
  double window_loss_sum = 0;  // of the steps' mean losses
  int64_t window_steps = 0;
  // Since the epoch began.
  double epoch_loss_sum = 0;  // of the steps' mean losses, each times its rows
  int64_t epoch_rows = 0;
  int64_t num_input_tokens_seen = 0;  // without padding
  double total_loss_sum = 0;          // over all steps, for train_loss
  int64_t num_finite_steps = 0;
  int64_t num_nonfinite_steps = 0;
  double train_seconds = 0;  // over all sessions

  // Returns whether the log has an evaluation of this step. Reads only the entries of this step and later.
  bool has_evaluated(int64_t step) const;
};

// The best evaluation so far, and the number of later evaluations without an improvement.
struct BestSoFar {
  std::optional<double> metric;
  int64_t step = 0;
  int64_t evaluations_without_improvement = 0;

  // Updates the best with the next entry of the log. Errors (kUsage): an evaluation without the metric; the hint lists
  // its metrics.
  void add(const Json& entry, const BestMetric& metric);
};

// Returns the best evaluation of a whole log.
BestSoFar best_so_far(const Json& log_history, const BestMetric& metric);

// Returns trainer_state.json, which has exactly the keys of transformers' TrainerState.
Json trainer_state_json(const RunState& state, const Plan& plan, const BestSoFar& best, const std::string& output_dir);

// hone_state.json.
Json hone_state_json(const RunState& state);

// Writes both files into a checkpoint. Errors: kIo.
void write_run_state(const std::filesystem::path& checkpoint, const RunState& state, const Plan& plan,
                     const BestSoFar& best, const std::string& output_dir);

// Reads both files. In checkpoints of hone 0.1.0 and earlier, the content of hone_state.json is the key "hone" of
// trainer_state.json. Errors: kIo; kInput for a missing or malformed value, or the state of another program.
RunState read_run_state(const std::filesystem::path& checkpoint);

// Removes the entries of the log that this plan would not have made, such as the last evaluation of a run that
// max_steps ended early.
void keep_planned_entries(RunState& state, const Plan& plan);

}  // namespace hone::train
