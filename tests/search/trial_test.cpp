#include "search/trial.h"

#include <doctest/doctest.h>

namespace trial_test {

using namespace hone::search;

TEST_CASE("the best trial is the first complete one with the best value") {
  Study study;
  study.directions = {Direction::kMaximize};
  CHECK(best_trial(study) == nullptr);
  const auto add = [&](TrialState state, std::optional<double> value) {
    Trial trial;
    trial.number = static_cast<int64_t>(study.trials.size());
    trial.state = state;
    trial.value = value;
    study.trials.push_back(trial);
  };
  add(TrialState::kPruned, 9);
  add(TrialState::kComplete, 1);
  add(TrialState::kComplete, 2);
  add(TrialState::kComplete, 2);
  add(TrialState::kComplete, std::nullopt);
  CHECK(best_trial(study)->number == 2);
  study.directions = {Direction::kMinimize};
  CHECK(best_trial(study)->number == 1);
  CHECK(is_finished(TrialState::kFail));
  CHECK_FALSE(is_finished(TrialState::kWaiting));
}

}  // namespace trial_test
