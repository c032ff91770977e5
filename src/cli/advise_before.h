// hone advise before a training. It is in the library, because it loads models and runs steps.
#pragma once

#include "cli/advise_options.h"
#include "options/parse.h"

namespace hone::cli {

// `parsed` has a model and rows.
int run_advise_before(const options::Parsed<AdviseOptions>& parsed);

}  // namespace hone::cli
