// What the text rules of hone data clean do to a trained model.
#pragma once

#include <string>

#include "data/clean.h"

namespace hone::cli {

// Evaluates the model of --try on all rows before and after the text rules. Returns a table for the terminal. Errors:
// those of the evaluation.
std::string tried_rules(const data::CleanOptions& options);

}  // namespace hone::cli
