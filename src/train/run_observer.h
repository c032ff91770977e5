// What the loop tells while it goes, and who may ask it to stop. By itself an observer does nothing: tests train with
// it, and train/run_reporter.h writes the files of the run's folder.
#pragma once

#include "eval/evaluate.h"
#include "train/run_state.h"

namespace hone::train {

enum class RunPhase { kPreparing, kTraining, kEvaluating, kSaving };

enum class RunEnd { kFinished, kStoppedEarly, kStoppedAfterSteps, kStoppedOnRequest, kInterrupted };

class RunObserver {
 public:
  RunObserver() = default;
  virtual ~RunObserver() = default;
  RunObserver(const RunObserver&) = delete;
  RunObserver& operator=(const RunObserver&) = delete;

  // The loop begins, anew or from a checkpoint's state.
  virtual void started(const RunState&, const BestSoFar&) {}
  virtual void entered(RunPhase) {}
  // After each step; the state's log may lack what is due now.
  virtual void advanced(const RunState&) {}
  // The last entry of the state's log is new.
  virtual void logged(const RunState&) {}
  virtual void evaluated(const eval::EvaluationResult&, const RunState&, const BestSoFar&) {}
  // Asked before each step and each batch of an evaluation. Once true it stays true.
  virtual bool wants_stop() { return false; }
};

// Something other than training, which goes on afterwards.
class PhaseScope {
 public:
  PhaseScope(RunObserver& observer, RunPhase phase) : observer_(observer) { observer_.entered(phase); }
  ~PhaseScope() { observer_.entered(RunPhase::kTraining); }
  PhaseScope(const PhaseScope&) = delete;
  PhaseScope& operator=(const PhaseScope&) = delete;

 private:
  RunObserver& observer_;
};

}  // namespace hone::train
