// Whether the evaluations of a run can be trusted, and what they say about single labels. Each function returns the
// numbers that show the fault, or nullopt.
#pragma once

#include <optional>

#include "advise/diagnosis.h"

namespace hone::advise {

// The model finds hardly any row of a label that has some.
std::optional<Facts> find_ignored_class(const History& history);
// Several evaluations lie in the interval of the best, because there are few rows.
std::optional<Facts> find_noisy_validation(const History& history);
// The test rows evaluated the training, and chose the model or its end.
std::optional<Facts> find_test_rows_chose(const History& history);
std::optional<Facts> find_not_evaluated(const History& history);
std::optional<Facts> find_not_logged(const History& history);

}  // namespace hone::advise
