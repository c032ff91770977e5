// Integers between two bounds, as a grammar of their decimal digits.
#pragma once

#include <cstdint>

#include "grammar/expression.h"

namespace hone::grammar {

// The integers from `low` to `high`, low <= high, without leading zeros. Bounds are within +-10^18.
Expr integers_between(int64_t low, int64_t high);

}  // namespace hone::grammar
