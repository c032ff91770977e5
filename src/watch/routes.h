// The routes of `hone watch`. They keep no state: every response comes from the files in the folders.
#pragma once

#include <memory>
#include <vector>

#include "http/route.h"
#include "watch/run_list.h"

namespace hone::watch {

std::vector<http::Route> routes(std::shared_ptr<RunList> runs);

}  // namespace hone::watch
