// The part of hone data clean that needs no model.
#pragma once

#include <string>

#include "data/clean.h"

namespace hone::cli {

// Cleans the rows, and prints the record and `trial`, the table of rule_trial.h or an empty text. Returns the exit
// code.
int clean_and_print(const data::CleanOptions& options, const std::string& trial);

}  // namespace hone::cli
