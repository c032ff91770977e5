// Runs the trials of a search: each is a training in a folder of its own.
#pragma once

#include "cli/search_plan.h"

namespace hone::cli {

bool has_checkpoint(const std::filesystem::path& folder);

// Runs trials until the study has enough, the time is over or an interrupt comes. Prints a line for each. Errors: those
// of the journal; that of a training if three trials in a row fail.
void run_trials(const SearchPlan& plan, std::chrono::steady_clock::time_point start);

}  // namespace hone::cli
