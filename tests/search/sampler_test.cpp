#include "search/sampler.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>

#include "search/fixture.h"

namespace sampler_test {

using namespace hone;
using namespace hone::search;
using namespace search_fixture;

// Optuna computes erf with its own polynomials; the last bits differ.
constexpr double kTolerance = 1e-7;

TEST_CASE("TPE proposes what Optuna's TPESampler proposes from the same trials with the same seed") {
  const Json file = read_json(path_of("tpe.json"));
  const Json &cases = file["result"], &distributions = file["distributions"];
  REQUIRE(cases.size() == 36);
  size_t index = 0;
  for (const Json& one : cases) {
    INFO("case ", index++);
    const Study study = study_of(one["trials"], distributions, one["direction"]);
    SamplerRandom random(one["seed"].get<uint32_t>());
    TpeProposal proposal(study, static_cast<int64_t>(study.trials.size()), random);
    for (const Json& expected : one["expected"]) {
      const std::string name = expected[0];
      INFO(name);
      const double value = proposal.value(name, parse_distribution(distributions[name].get<std::string>(), "case"));
      CHECK(value == doctest::Approx(expected[1].get<double>()).epsilon(kTolerance));
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

// Asks for the parameters of one trial, as Optuna's Trial.
class Asker {
 public:
  Asker(const Study& study, SamplerRandom& random)
      : proposal_(study, static_cast<int64_t>(study.trials.size()), random) {}
  double operator()(const std::string& name, const Distribution& distribution) {
    const double value = proposal_.value(name, distribution);
    parameters[name] = {distribution, value};
    return value;
  }
  double number(int index, double low, double high) {
    return (*this)("x" + std::to_string(index), Distribution::number(low, high));
  }

  Parameters parameters;

 private:
  TpeProposal proposal_;
};

double sphere(Asker& ask) {
  double sum = 0;
  for (int i = 0; i < 3; ++i) sum += std::pow(ask.number(i, -5, 5), 2);
  return sum;
}

double rosenbrock(Asker& ask) {
  const double x = ask.number(0, -2, 2), y = ask.number(1, -2, 2);
  return (1 - x) * (1 - x) + 100 * (y - x * x) * (y - x * x);
}

double rastrigin(Asker& ask) {
  double sum = 20;
  for (int i = 0; i < 2; ++i) {
    const double x = ask.number(i, -5.12, 5.12);
    sum += x * x - 10 * std::cos(2 * std::numbers::pi * x);
  }
  return sum;
}

double branin(Asker& ask) {
  constexpr double kPi = std::numbers::pi;
  const double x = ask.number(0, -5, 10), y = ask.number(1, 0, 15);
  return std::pow(y - 5.1 / (4 * kPi * kPi) * x * x + 5 / kPi * x - 6, 2) + 10 * (1 - 1 / (8 * kPi)) * std::cos(x) + 10;
}

double mixed(Asker& ask) {
  const double rate = ask("x0", Distribution::number(1e-6, 1e-2, true));
  const double batch = ask("x1", Distribution::integer(4, 64, true));
  const double kind = ask("x2", Distribution::categorical({"a", "b", "c"}));
  const double offsets[] = {0.3, 0, 0.8};
  double loss =
      std::pow(std::log10(rate) + 4.3, 2) + 0.1 * std::abs(std::log2(batch) - 4) + offsets[static_cast<size_t>(kind)];
  if (kind == 1) loss += 4 * std::pow(ask("x3", Distribution::number(0, 1)) - 0.7, 2);
  return loss;
}

double best_value(const std::function<double(Asker&)>& function, uint32_t seed, int num_trials) {
  SamplerRandom random(seed);
  Study study;
  study.directions = {Direction::kMinimize};
  double best = 1e300;
  for (int number = 0; number < num_trials; ++number) {
    Asker ask(study, random);
    Trial trial;
    trial.number = number;
    trial.value = function(ask);
    trial.state = TrialState::kComplete;
    trial.parameters = std::move(ask.parameters);
    best = std::min(best, *trial.value);
    study.trials.push_back(std::move(trial));
  }
  return best;
}

// 100 trials each; make_search_fixtures.py has the same functions.
TEST_CASE("TPE is as good as Optuna's on test functions: the median of the best values over 20 seeds") {
  const Json expected = read_json(path_of("benchmarks.json"))["result"];
  const std::map<std::string, std::function<double(Asker&)>> functions = {
      {"sphere", sphere}, {"rosenbrock", rosenbrock}, {"rastrigin", rastrigin}, {"branin", branin}, {"mixed", mixed}};
  REQUIRE(expected["functions"].size() == functions.size());
  for (const auto& [name, optunas] : expected["functions"].items()) {
    std::vector<double> best;
    int num_equal = 0;
    for (int seed = 0; seed < expected["num_seeds"].get<int>(); ++seed) {
      best.push_back(best_value(functions.at(name), static_cast<uint32_t>(seed), expected["num_trials"].get<int>()));
      num_equal += best.back() == doctest::Approx(optunas["best"][seed].get<double>()).epsilon(1e-6) ? 1 : 0;
    }
    std::sort(best.begin(), best.end());
    const double median = (best[best.size() / 2] + best[best.size() / 2 - 1]) / 2;
    INFO(name, ": ", num_equal, " of the seeds end with the same value");
    CHECK(num_equal > 15);  // the last bits of erf differ
    CHECK(median <= optunas["median"].get<double>() * (1 + 1e-6));
  }
}

}  // namespace sampler_test
