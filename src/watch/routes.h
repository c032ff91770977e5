// The routes of `hone watch`. They read everything from the folders, so a restart of the server changes no response.
#pragma once

#include <memory>
#include <vector>

#include "http/route.h"
#include "watch/run_list.h"

namespace hone::watch {

std::vector<http::Route> routes(std::shared_ptr<RunList> runs);

}  // namespace hone::watch
