#include "train/run_observer.h"

#include <doctest/doctest.h>

#include <vector>

using namespace hone::train;

TEST_CASE("a phase that is not training ends with its scope, however that is left") {
  struct Phases : RunObserver {
    void entered(RunPhase phase) override { seen.push_back(phase); }
    std::vector<RunPhase> seen;
  } phases;
  try {
    const PhaseScope scope(phases, RunPhase::kSaving);
    throw 1;
  } catch (int) {
  }
  const bool as_expected = phases.seen == std::vector{RunPhase::kSaving, RunPhase::kTraining};
  CHECK(as_expected);
}

TEST_CASE("an observer by itself stops nothing") {
  RunObserver observer;
  observer.entered(RunPhase::kTraining);
  CHECK_FALSE(observer.wants_stop());
}
