// hone advise: diagnoses of a run.
#pragma once

#include "cli/advise_options.h"
#include "options/parse.h"

namespace hone::cli {

int run_advise(const options::Parsed<AdviseOptions>& parsed);

}  // namespace hone::cli
