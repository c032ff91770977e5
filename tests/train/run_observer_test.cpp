#include "train/run_observer.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <vector>

#include "train/busy_run.h"

namespace run_observer_test {

using namespace hone;
using namespace hone::train;

TEST_CASE("the training phase returns at the end of a PhaseScope, also after an exception") {
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

TEST_CASE("the default observer never stops a run") {
  RunObserver observer;
  observer.entered(RunPhase::kTraining);
  CHECK_FALSE(observer.wants_stop());
}

// Requests a stop at the `stop_at`-th call of wants_stop(), and records all calls.
struct CountingObserver : RunObserver {
  bool wants_stop() override { return ++asked >= stop_at; }
  void started(const RunState& state, const BestSoFar&) override { started_at = state.global_step; }
  void advanced(const RunState& state) override { steps.push_back(state.global_step); }
  void logged(const RunState& state) override { num_logged = state.log_history.size(); }
  void evaluated(const metric::Report& report, const RunState& state, const BestSoFar&) override {
    evaluations.push_back(state.global_step);
    num_worst = report.panels.back().data.size();  // the last panel lists the worst rows
  }
  void entered(RunPhase phase) override { num_phases[phase] += 1; }

  int asked = 0, stop_at = 1'000'000;
  int64_t started_at = -1;
  std::vector<int64_t> steps, evaluations;
  size_t num_logged = 0, num_worst = 0;
  std::map<RunPhase, int> num_phases;
};

TEST_CASE("an observer gets each step, entry, evaluation and phase, and does not change the result") {
  const TrainOptions options = busy_options("");
  const Ending expected = uninterrupted(options);
  const TemporaryFolder folder;
  TrainOptions own = options;
  own.output_dir = folder.path();
  CountingObserver observer;
  TinyRun run(own, made_up_rows(22), true, "bert", &observer);
  CHECK(run.run() == RunEnd::kFinished);
  check_same(ending(run), expected);
  CHECK(observer.started_at == 0);
  CHECK(observer.steps == std::vector<int64_t>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
  CHECK(observer.evaluations == std::vector<int64_t>{4, 8, 12});
  CHECK(observer.num_logged == 4 + 3 + 1);
  CHECK(observer.num_worst > 0);
  CHECK(observer.num_phases[RunPhase::kEvaluating] == 3);
  CHECK(observer.num_phases[RunPhase::kSaving] == 3);
  const Json& seconds = run.trainer->state().log_seconds;
  CHECK(seconds.size() == observer.num_logged);
  CHECK(std::is_sorted(seconds.begin(), seconds.end()));
}

TEST_CASE("a run that an observer stops in a step or an evaluation saves, and resumes bit for bit") {
  const TrainOptions options = busy_options("");
  const Ending expected = uninterrupted(options);
  for (const int asked : {1, 3, 6, 7, 13}) {
    CAPTURE(asked);
    const TemporaryFolder folder;
    TrainOptions own = options;
    own.output_dir = folder.path();
    int64_t stopped_at = 0;
    {
      CountingObserver observer;
      observer.stop_at = asked;
      TinyRun run(own, made_up_rows(22), true, "bert", &observer);
      CHECK(run.run() == RunEnd::kStoppedOnRequest);
      stopped_at = run.trainer->state().global_step;
    }
    TinyRun run(own, made_up_rows(22));
    CHECK(newest_whole_checkpoint(folder.path())->step == stopped_at);
    CHECK(run.resume(stopped_at) == RunEnd::kFinished);
    check_same(ending(run), expected);
  }
}

}  // namespace run_observer_test
