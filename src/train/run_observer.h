// What the loop reports as it trains, and who may ask it to stop. This class does nothing: tests derive from it, and
// train/run_reporter.h writes the files of the run's folder.
#pragma once

#include "metric/report.h"
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

  // The loop begins, anew or from the state of a checkpoint.
  virtual void started(const RunState&, const BestSoFar&) {}
  virtual void entered(RunPhase) {}
  // After each step. The log may still lack the entry that is due at this step.
  virtual void advanced(const RunState&) {}
  // After an entry was added to the log.
  virtual void logged(const RunState&) {}
  virtual void evaluated(const metric::Report&, const RunState&, const BestSoFar&) {}
  // Before each batch of an evaluation: time passes.
  virtual void beat() {}
  // Asked before each step and each batch of an evaluation. Stays true once it is true. Changes nothing.
  virtual bool wants_stop() { return false; }
};

// A phase other than training. Its end is the beginning of training.
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
