// How much each parameter matters for reaching the best trials: PED-ANOVA, as Optuna's PedAnovaImportanceEvaluator.
// Watanabe et al., "PED-ANOVA: efficiently quantifying hyperparameter importance in arbitrary subspaces", IJCAI 2023.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "search/trial.h"

namespace hone::search {

struct ImportanceOptions {
  double target_quantile = 0.1;  // the share of trials that counts as best
};

// Returns the importance of each parameter of the complete trials, the largest first. The sum is 1; all are equal if
// the trials do not tell. Empty without complete trials.
std::vector<std::pair<std::string, double>> importances(const Study& study, const ImportanceOptions& options = {});

// Returns the divergences from which importances() makes shares.
std::vector<std::pair<std::string, double>> divergences(const Study& study, const ImportanceOptions& options = {});

}  // namespace hone::search
