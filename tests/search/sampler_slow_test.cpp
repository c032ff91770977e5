// The quality of TPE beside Optuna's on test functions (tests/fixtures/make_search_fixtures.py has the same ones): the
// median of the best values over 20 seeds.
#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>

#include "search/fixture.h"
#include "search/sampler.h"

namespace sampler_slow_test {

using namespace hone;
using namespace hone::search;
using namespace search_fixture;

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

TEST_CASE("TPE is as good as Optuna's on test functions" * doctest::skip()) {
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
    MESSAGE(name, ": median ", median, ", Optuna's ", optunas["median"].get<double>(), "; ", num_equal,
            " of the seeds end with the same value");
    CHECK(median <= optunas["median"].get<double>() * (1 + 1e-6));
  }
}

}  // namespace sampler_slow_test
