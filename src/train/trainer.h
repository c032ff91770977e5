// The training loop: batch, forward, backward, clip, step, schedule, log, evaluate, save. HF's Trainer in what it
// computes and when; the same bits again after any interruption.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>

#include "train/options.h"
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
  Trainer(TrainerInputs inputs, const TrainOptions& options, const Plan& plan);
  Trainer(const Trainer&) = delete;  // its stepper refers to its inputs
  Trainer& operator=(const Trainer&) = delete;

  // Takes weights, optimizer and state from a checkpoint that is known to be whole.
  void resume(const std::filesystem::path& checkpoint);

  // Trains to the end, or until an interrupt or the observer asks for its end (then a checkpoint is written first).
  // Errors (kInput): three steps with a non-finite loss or gradient.
  RunEnd run();

  // Makes the model the best evaluated one where the options ask for it; returns its step.
  std::optional<int64_t> load_best();

  const RunState& state() const { return state_; }
  BestSoFar best() const { return best_so_far(state_, metric_, options_.early_stopping_threshold); }

 private:
  void train_step();
  // Each does nothing where it is not due or was done before; evaluate returns false if it must stop.
  bool finish_step();
  void log();
  bool evaluate();
  bool is_best_to_load(int64_t step) const;
  void save();
  void add_entry(Json entry);
  void add_summary();
  bool has_stopped_early() const;
  // An interrupt came, or the observer wants the end.
  bool must_stop();

  TrainerInputs inputs_;
  RunObserver unobserved_;
  RunObserver& observer_;
  const TrainOptions& options_;
  const Plan& plan_;
  BestMetric metric_;
  StepRowSource rows_;
  Stepper stepper_;
  RunState state_;
  std::unique_ptr<RunLog> run_log_;
  int64_t saved_step_ = -1;
  double session_start_ = 0, window_start_ = 0, earlier_seconds_ = 0;
  int64_t window_tokens_ = 0, start_step_ = 0, start_tokens_ = 0;
};

}  // namespace hone::train
