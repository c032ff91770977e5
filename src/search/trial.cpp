#include "search/trial.h"

namespace hone::search {

const Trial* best_trial(const Study& study) {
  const Trial* best = nullptr;
  for (const Trial& trial : study.trials) {
    if (trial.state != TrialState::kComplete || !trial.value) continue;
    if (best == nullptr || study.is_better(*trial.value, *best->value)) best = &trial;
  }
  return best;
}

}  // namespace hone::search
