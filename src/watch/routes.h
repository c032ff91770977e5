// The routes of `hone watch`. All that they know is in the folders: a restart of the server changes no answer.
#pragma once

#include <memory>
#include <vector>

#include "http/route.h"
#include "watch/run_list.h"

namespace hone::watch {

std::vector<http::Route> routes(std::shared_ptr<RunList> runs);

}  // namespace hone::watch
