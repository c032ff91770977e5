// How well a run learns: too much, too little, or not long enough. Each function returns the numbers that show the
// fault, or nullopt.
#pragma once

#include <optional>

#include "advise/diagnosis.h"

namespace hone::advise {

// The evaluation loss has risen since its lowest value, while the training loss fell.
std::optional<Facts> find_over_fitting(const History& history);
// The last evaluation is the best, and clearly better than the one before.
std::optional<Facts> find_too_short(const History& history);
// The training loss stays near that of guessing.
std::optional<Facts> find_under_fitting(const History& history);

}  // namespace hone::advise
