#include "search/sampler.h"

#include "search/fixture.h"

namespace sampler_test {

using namespace hone;
using namespace hone::search;
using namespace search_fixture;

// Optuna computes erf with its own polynomials; the last bits differ.
constexpr double kTolerance = 1e-7;

TEST_CASE("TPE proposes what Optuna's TPESampler proposes from the same trials with the same seed") {
  const Json cases = read_json(path_of("tpe.json"))["result"];
  REQUIRE(cases.size() == 64);
  size_t index = 0;
  for (const Json& one : cases) {
    INFO("case ", index++);
    const Study study = study_of(one["trials"], one["direction"]);
    SamplerRandom random(one["seed"].get<uint32_t>());
    TpeProposal proposal(study, static_cast<int64_t>(study.trials.size()), random);
    for (const Json& expected : one["expected"]) {
      const std::string name = expected[0];
      INFO(name);
      const double value = proposal.value(name, parse_distribution(expected[1].get<std::string>(), "case"));
      CHECK(value == doctest::Approx(expected[2].get<double>()).epsilon(kTolerance));
    }
  }
}

TEST_CASE("random values cover each range and stay inside") {
  RandomState random(3);
  const Distribution log_range = Distribution::number(1e-6, 1e-2, true);
  int below = 0;
  for (int i = 0; i < 2000; ++i) {
    const double value = random_value(log_range, random);
    REQUIRE(log_range.contains(value));
    below += value < 1e-4 ? 1 : 0;
  }
  CHECK(below > 900);
  CHECK(below < 1100);
  std::map<double, int> counts;
  for (int i = 0; i < 900; ++i) ++counts[random_value(Distribution::integer(1, 9, false, 4), random)];
  CHECK(counts.size() == 3);
  for (const auto& [value, count] : counts) CHECK(count > 240);
  CHECK(random_value(Distribution::number(2, 2), random) == 2);
}

TEST_CASE("the common space has only what all finished trials share") {
  Study study;
  const auto add = [&](TrialState state, Parameters parameters) {
    Trial trial;
    trial.state = state;
    trial.parameters = std::move(parameters);
    study.trials.push_back(trial);
  };
  const Parameter a = {Distribution::number(0, 1), 0.5}, wide = {Distribution::number(0, 2), 0.5};
  add(TrialState::kComplete, {{"a", a}, {"b", a}, {"c", a}});
  add(TrialState::kPruned, {{"a", a}, {"b", wide}});
  add(TrialState::kRunning, {});
  add(TrialState::kFail, {});
  const auto space = common_space(study);
  REQUIRE(space.size() == 1);
  CHECK(space[0].first == "a");
}

TEST_CASE("trials are divided by value; pruned ones come after, the furthest first; running ones are never good") {
  Study study;
  study.directions = {Direction::kMaximize};
  const auto add = [&](TrialState state, double value, std::map<int64_t, double> steps) {
    Trial trial;
    trial.number = static_cast<int64_t>(study.trials.size());
    trial.state = state;
    if (state == TrialState::kComplete) trial.value = value;
    trial.intermediate = std::move(steps);
    study.trials.push_back(trial);
  };
  add(TrialState::kComplete, 0.5, {});
  add(TrialState::kComplete, 0.9, {});
  add(TrialState::kPruned, 0, {{1, 0.9}});
  add(TrialState::kPruned, 0, {{1, 0.1}, {2, 0.2}});
  add(TrialState::kRunning, 0, {});
  const auto numbers = [](const std::vector<const Trial*>& trials) {
    std::vector<int64_t> result;
    for (const Trial* trial : trials) result.push_back(trial->number);
    return result;
  };
  CHECK(numbers(divided_trials(study, -1, 1).below) == std::vector<int64_t>{1});
  CHECK(numbers(divided_trials(study, -1, 3).below) == std::vector<int64_t>{0, 1, 3});
  CHECK(numbers(divided_trials(study, 0, 1).above) == std::vector<int64_t>{2, 3, 4});
}

}  // namespace sampler_test
