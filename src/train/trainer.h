// The training loop: batch, forward, backward, clip, step, schedule, log, evaluate, save. It computes the same as HF's
// Trainer (docs/runs.md names the one difference). A resumed run computes the same bits as an uninterrupted one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "train/plan.h"
#include "train/run_log.h"
#include "train/run_observer.h"
#include "train/run_state.h"
#include "train/step_rows.h"
#include "train/stepper.h"
#include "train/trainer_inputs.h"
#include "train/weight_average.h"

namespace hone::train {

class Trainer {
 public:
  // References must outlive the trainer.
  Trainer(TrainerInputs inputs, const Plan& plan);
  Trainer(const Trainer&) = delete;  // its stepper refers to its inputs
  Trainer& operator=(const Trainer&) = delete;

  // Loads weights, optimizer and state from a whole checkpoint. Errors: kUsage if its step is after the run's last
  // step; kInput if it is of another model or of another program.
  void resume(const std::filesystem::path& checkpoint);

  // Trains to the end, or until an interrupt or the observer asks to stop. In that case, writes a checkpoint before it
  // returns.
  // Errors (kInput): three steps with a non-finite loss or gradient.
  RunEnd run();

  // Returns the rows of the steps that are left, of at most one epoch. Some may occur twice.
  std::vector<uint64_t> next_rows();

  // Gives the model the weights with which it ends: those of the best evaluation if the plan asks for it, and returns
  // its step; else the average if there is one.
  std::optional<int64_t> load_best();

  const RunState& state() const { return state_; }
  const BestSoFar& best() const { return best_; }

 private:
  void unfreeze(int64_t finished_steps);
  void train_step();
  // Logs, evaluates and saves if the plan says so and a resumed checkpoint has not done it. Returns false if the loop
  // must stop.
  bool finish_step();
  void log();
  bool evaluate();
  void end_epoch();
  bool is_best_to_load(int64_t step) const;
  void save();
  void add_entry(Json entry);
  void add_summary();
  bool has_stopped_early() const;
  void restore_model(const std::filesystem::path& checkpoint);
  // Takes the restored weights for the average, and the weights themselves from their own file.
  void restore_average(const std::filesystem::path& checkpoint);
  // Lowers the learning rate as the evaluations so far demand, if the schedule follows the metric.
  void follow_metric();
  // Returns whether an interrupt came or the observer asks to stop.
  bool must_stop();
  // Returns whether the observer gives the run up, which the last step ends anyway.
  bool is_abandoned() { return state_.global_step < plan_.total_steps && observer_.abandons(); }

  TrainerInputs inputs_;
  RunObserver unobserved_;
  RunObserver& observer_;
  const Plan& plan_;
  StepRowSource rows_;
  Stepper stepper_;
  RunState state_;
  BestSoFar best_;                          // of the state's log
  std::unique_ptr<WeightAverage> average_;  // null without --ema-decay
  std::unique_ptr<RunLog> run_log_;
  int64_t saved_step_ = -1;
  double session_start_ = 0, window_start_ = 0, earlier_seconds_ = 0;
  int64_t window_tokens_ = 0, start_step_ = 0, start_tokens_ = 0;
};

}  // namespace hone::train
