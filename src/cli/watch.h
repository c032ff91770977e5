// hone watch: shows runs in the browser while they train.
#pragma once

#include "cli/watch_options.h"
#include "options/parse.h"

namespace hone::cli {

int run_watch(const options::Parsed<WatchOptions>& parsed);

}  // namespace hone::cli
