// Samplers: which values the next trial tries.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "search/random_state.h"
#include "search/trial.h"

namespace hone::search {

// Two generators with the same seed, as Optuna's TPESampler has them.
struct SamplerRandom {
  explicit SamplerRandom(uint32_t seed) : uniform(seed), guided(seed) {}
  RandomState uniform;  // of independent, uniform draws
  RandomState guided;   // of TPE
};

struct TpeOptions {
  size_t num_startup_trials = 10;  // drawn uniformly
  size_t num_candidates = 24;
};

// Returns a value of the distribution, uniform in its logarithm if it is logarithmic, as Optuna's RandomSampler.
double random_value(const Distribution& distribution, RandomState& random);

// Proposes values as Optuna 5's TPESampler does for one objective: multivariate, with running trials among the bad ones
// ("constant liar"). Make one object for each trial.
class TpeProposal {
 public:
  // `study` must outlive the object; the trial of this number is not looked at.
  TpeProposal(const Study& study, int64_t trial_number, SamplerRandom& random, TpeOptions options = {});

  // Returns the value of one parameter of the trial. Ask in the order in which the space has them.
  double value(const std::string& name, const Distribution& distribution);

 private:
  using Space = std::vector<std::pair<std::string, Distribution>>;
  std::vector<double> sample(const Space& space);

  const Study& study_;
  int64_t number_;
  SamplerRandom& random_;
  TpeOptions options_;
  size_t num_finished_ = 0;                 // complete or pruned trials
  std::map<std::string, double> together_;  // values that were drawn from the joint distribution
};

// Returns the parameters that all complete and pruned trials have with equal distributions, by name.
std::vector<std::pair<std::string, Distribution>> common_space(const Study& study);

// Divides the trials into the best `num_below` and the others, each in the order of their numbers.
struct DividedTrials {
  std::vector<const Trial*> below, above;
};
DividedTrials divided_trials(const Study& study, int64_t without_number, size_t num_below);

}  // namespace hone::search
