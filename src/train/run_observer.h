// The interface through which the loop reports its progress and is asked to stop. This class does nothing. RunReporter
// (train/run_reporter.h) derives from it and writes the files of the run's folder.
#pragma once

#include "metric/report.h"
#include "train/run_state.h"

namespace hone::train {

enum class RunPhase { kPreparing, kTraining, kEvaluating, kSaving };

enum class RunEnd { kFinished, kStoppedEarly, kStoppedAfterSteps, kStoppedOnRequest, kInterrupted, kAbandoned };

class RunObserver {
 public:
  RunObserver() = default;
  virtual ~RunObserver() = default;
  RunObserver(const RunObserver&) = delete;
  RunObserver& operator=(const RunObserver&) = delete;

  // Called when the loop begins, with a new state or that of a checkpoint.
  virtual void started(const RunState&, const BestSoFar&) {}
  virtual void entered(RunPhase) {}
  // Called after each step. The log may still lack the entry of this step.
  virtual void advanced(const RunState&) {}
  // Called after each new entry of the log.
  virtual void logged(const RunState&) {}
  virtual void evaluated(const metric::Report&, const RunState&, const BestSoFar&) {}
  // Before each batch of an evaluation: time passes.
  virtual void beat() {}
  // Called before each step and each batch of an evaluation. Once true, stays true. Has no side effects.
  virtual bool wants_stop() { return false; }
  // Called after an evaluation before the last step. True ends the run without a checkpoint or a model.
  virtual bool abandons() { return false; }
};

// Reports to two observers, and stops if either wants to. The references must outlive the object.
class ObserverPair : public RunObserver {
 public:
  ObserverPair(RunObserver& first, RunObserver& second) : first_(first), second_(second) {}

  void started(const RunState& state, const BestSoFar& best) override {
    first_.started(state, best);
    second_.started(state, best);
  }
  void entered(RunPhase phase) override {
    first_.entered(phase);
    second_.entered(phase);
  }
  void advanced(const RunState& state) override {
    first_.advanced(state);
    second_.advanced(state);
  }
  void logged(const RunState& state) override {
    first_.logged(state);
    second_.logged(state);
  }
  void evaluated(const metric::Report& report, const RunState& state, const BestSoFar& best) override {
    first_.evaluated(report, state, best);
    second_.evaluated(report, state, best);
  }
  void beat() override {
    first_.beat();
    second_.beat();
  }
  bool wants_stop() override { return first_.wants_stop() || second_.wants_stop(); }
  bool abandons() override { return first_.abandons() || second_.abandons(); }

 private:
  RunObserver &first_, &second_;
};

// A phase other than training. Its destructor enters the training phase.
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
