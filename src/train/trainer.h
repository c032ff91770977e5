// The training loop: batch, forward, backward, clip, step, schedule, log, evaluate, save. It computes what HF's Trainer
// computes, at the same steps (docs/runs.md names the one difference), and the same bits after any interruption.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>

#include "train/plan.h"
#include "train/run_log.h"
#include "train/run_observer.h"
#include "train/run_state.h"
#include "train/step_rows.h"
#include "train/stepper.h"
#include "train/trainer_inputs.h"

namespace hone::train {

class Trainer {
 public:
  // References must outlive the trainer.
  Trainer(TrainerInputs inputs, const Plan& plan);
  Trainer(const Trainer&) = delete;  // its stepper refers to its inputs
  Trainer& operator=(const Trainer&) = delete;

  // Takes weights, optimizer and state from a whole checkpoint. Errors: kUsage if it is beyond the run's last step;
  // kInput if it is of another model or of another program.
  void resume(const std::filesystem::path& checkpoint);

  // Trains to the end, or until an interrupt or the observer asks to stop; then it writes a checkpoint first.
  // Errors (kInput): three steps with a non-finite loss or gradient.
  RunEnd run();

  // Restores the best evaluated model if the plan asks for it, and returns its step.
  std::optional<int64_t> load_best();

  const RunState& state() const { return state_; }
  const BestSoFar& best() const { return best_; }

 private:
  void train_step();
  // Logs, evaluates and saves if it is due and was not done before. Returns false if the loop must stop.
  bool finish_step();
  void log();
  bool evaluate();
  bool is_best_to_load(int64_t step) const;
  void save();
  void add_entry(Json entry);
  void add_summary();
  bool has_stopped_early() const;
  // An interrupt came, or the observer asks to stop.
  bool must_stop();

  TrainerInputs inputs_;
  RunObserver unobserved_;
  RunObserver& observer_;
  const Plan& plan_;
  StepRowSource rows_;
  Stepper stepper_;
  RunState state_;
  BestSoFar best_;  // of the state's log
  std::unique_ptr<RunLog> run_log_;
  int64_t saved_step_ = -1;
  double session_start_ = 0, window_start_ = 0, earlier_seconds_ = 0;
  int64_t window_tokens_ = 0, start_step_ = 0, start_tokens_ = 0;
};

}  // namespace hone::train
