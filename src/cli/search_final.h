// What follows the trials: the best values with other seeds, then the one look at the test rows.
#pragma once

#include "cli/search_trials.h"

namespace hone::cli {

// In the output folder.
inline constexpr const char *kRetrainedFile = "retrained.json", *kTestLooksFile = "test_looks.json";

// Errors (kUsage): --test-best without test rows.
void check_test_rows(const SearchPlan& plan);

// Trains with the best values and --retrain-seeds other seeds, in folders seed-N. Prints and writes the mean and the
// standard deviation of the metric. Does nothing that is already done. Returns false after an interrupt.
bool retrain_best(const SearchPlan& plan, const search::Study& study);

// Evaluates the test rows with the model of the best training, and adds the look to test_looks.json and to the model's
// card. Errors (kUsage): no model was kept.
void look_at_test_rows(const SearchPlan& plan, const search::Study& study);

}  // namespace hone::cli
