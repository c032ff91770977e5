// Finds the route of a path. {name} in a route's path matches any segment that is not empty; a route without {name} is
// preferred.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/route.h"
#include "http/target.h"

namespace hone::http {

struct RouteMatch {
  const Route* route = nullptr;  // null: no route has this path and method
  NamedValues parameters = {};
  std::string allow = {};  // "GET, HEAD, OPTIONS": the methods of the path; empty if no route has it
};

class Router {
 public:
  // Errors: kInternal for two equal routes, or a path that does not begin with a slash.
  explicit Router(std::vector<Route> routes);

  // Returns the route. HEAD finds the route of GET.
  RouteMatch find(std::string_view method, const std::vector<std::string>& segments) const;

  const std::vector<Route>& routes() const { return routes_; }

 private:
  std::vector<Route> routes_;
  std::vector<std::vector<std::string>> patterns_;  // the segments of each route's path
};

// Returns "id" for "{id}", empty for anything else.
std::string_view parameter_name(std::string_view segment);

// Returns "a" and "{b}" for "/a/{b}".
std::vector<std::string> path_segments(std::string_view path);

}  // namespace hone::http
