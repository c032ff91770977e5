// Whether a training is stable. Returns the numbers that show the fault, or nullopt.
#pragma once

#include <optional>

#include "advise/diagnosis.h"

namespace hone::advise {

// A loss or norm that is not finite, a loss far above those around it, or one that ends higher than it was.
std::optional<Facts> find_unstable(const History& history);

}  // namespace hone::advise
