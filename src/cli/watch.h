// hone watch: shows runs, live, in the browser.
#pragma once

#include "cli/watch_options.h"
#include "options/parse.h"

namespace hone::cli {

int run_watch(const options::Parsed<WatchOptions>& parsed);

}  // namespace hone::cli
