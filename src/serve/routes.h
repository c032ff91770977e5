// The table of routes of a served model. To add a route, write a method of Service, its row in routes.cpp, and a line
// in docs/serving.md.
#pragma once

#include <vector>

#include "http/route.h"
#include "serve/service.h"

namespace hone::serve {

// `service` must outlive the routes.
std::vector<http::Route> routes(Service& service);

}  // namespace hone::serve
