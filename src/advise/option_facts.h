// What a run's options leave to try: the values that the remedies name, and the conditions of their rows.
#pragma once

#include "advise/diagnosis.h"

namespace hone::advise {

// Returns no fact whose option is unknown.
Facts option_facts(const History& history);

}  // namespace hone::advise
