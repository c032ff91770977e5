#include "search/pruner.h"

#include "expect_error.h"
#include "search/fixture.h"

namespace pruner_test {

using namespace hone;
using namespace hone::search;
using namespace search_fixture;

TEST_CASE("pruners decide as Optuna's MedianPruner and SuccessiveHalvingPruner") {
  const Json file = read_json(path_of("pruners.json"));
  const Json& cases = file["result"];
  REQUIRE(cases.size() == 120);
  int num_pruned = 0;
  for (const Json& one : cases) {
    Study study = study_of(one["trials"], file["distributions"], one["direction"]);
    Trial trial;
    trial.number = static_cast<int64_t>(study.trials.size());
    int64_t step = 0;
    for (const Json& answer : one["answers"]) {
      trial.intermediate[++step] = number_or_nan(answer[0]);
      const PruneDecision decision = prune_decision(one["pruner"].get<std::string>(), study, trial);
      CHECK(decision.prunes == answer[1].get<bool>());
      for (const auto& [name, value] : decision.rungs) trial.system_attributes[name] = value;
      CHECK(Json(trial.system_attributes) == answer[2]);
      num_pruned += decision.prunes ? 1 : 0;
    }
  }
  CHECK(num_pruned > 20);
}

TEST_CASE("options of the pruners") {
  Study study;
  study.directions = {Direction::kMinimize};
  for (int i = 0; i < 3; ++i) {
    Trial trial;
    trial.state = TrialState::kComplete;
    trial.value = i;
    trial.intermediate = {{1, i}, {2, i}, {3, i}};
    study.trials.push_back(trial);
  }
  Trial bad;
  bad.intermediate = {{1, 9.0}};
  CHECK_FALSE(median_decision(study, bad).prunes);  // five trials must be complete
  CHECK(median_decision(study, bad, {.num_startup_trials = 1}).prunes);
  CHECK_FALSE(median_decision(study, bad, {.num_startup_trials = 1, .num_warmup_steps = 2}).prunes);
  bad.intermediate[2] = 9.0;
  CHECK_FALSE(median_decision(study, bad, {.num_startup_trials = 1, .interval_steps = 4}).prunes);
  CHECK(halving_decision(study, bad, {.min_resource = 1}).rungs.size() == 1);
  CHECK_FALSE(halving_decision(study, bad, {.min_resource = 3}).prunes);
  CHECK_FALSE(prune_decision("none", study, bad).prunes);
  CHECK(contains(expect_error([&] { prune_decision("mean", study, bad); }).what(), "unknown pruner \"mean\""));
}

}  // namespace pruner_test
