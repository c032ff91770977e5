// Finds routes by comparing segments.
#include "http/router.h"

#include <algorithm>
#include <optional>

#include "base/error.h"
#include "http/ascii.h"

namespace hone::http {

namespace {

// Returns the parameters if the pattern matches the segments.
std::optional<NamedValues> matched(const std::vector<std::string>& pattern, const std::vector<std::string>& segments) {
  if (pattern.size() != segments.size()) return std::nullopt;
  NamedValues parameters;
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (const std::string_view name = parameter_name(pattern[i]); !name.empty()) {
      if (segments[i].empty()) return std::nullopt;
      parameters.emplace_back(name, segments[i]);
    } else if (pattern[i] != segments[i]) {
      return std::nullopt;
    }
  }
  return parameters;
}

void add_method(std::string& allow, std::string_view method) {
  if (!allow.empty()) allow += ", ";
  allow += method;
}

}  // namespace

std::string_view parameter_name(std::string_view segment) {
  if (segment.size() < 3 || segment.front() != '{' || segment.back() != '}') return {};
  return segment.substr(1, segment.size() - 2);
}

std::vector<std::string> path_segments(std::string_view path) {
  check_internal(path.starts_with('/'), "a route's path begins with a slash");
  path.remove_prefix(1);
  std::vector<std::string> segments;
  do {
    const bool is_last = path.find('/') == std::string_view::npos;
    segments.emplace_back(take_until(path, '/'));
    if (is_last) return segments;
  } while (true);
}

Router::Router(std::vector<Route> routes) : routes_(std::move(routes)) {
  const auto count_parameters = [](const Route& route) {
    return std::count(route.path.begin(), route.path.end(), '{');
  };
  std::stable_sort(routes_.begin(), routes_.end(),
                   [&](const Route& a, const Route& b) { return count_parameters(a) < count_parameters(b); });
  for (size_t i = 0; i < routes_.size(); ++i) {
    check_internal(static_cast<bool>(routes_[i].handle), "a route without a handler");
    for (size_t k = 0; k < i; ++k) {
      check_internal(routes_[i].method != routes_[k].method || routes_[i].path != routes_[k].path, "two routes alike");
    }
    patterns_.push_back(path_segments(routes_[i].path));
  }
}

RouteMatch Router::find(std::string_view method, const std::vector<std::string>& segments) const {
  const std::string_view wanted = method == "HEAD" ? "GET" : method;
  RouteMatch result;
  for (size_t i = 0; i < routes_.size(); ++i) {
    auto parameters = matched(patterns_[i], segments);
    if (!parameters) continue;
    add_method(result.allow, routes_[i].method);
    if (routes_[i].method == "GET") add_method(result.allow, "HEAD");
    if (routes_[i].method == wanted && result.route == nullptr) {
      result.route = &routes_[i];
      result.parameters = std::move(*parameters);
    }
  }
  if (!result.allow.empty()) add_method(result.allow, "OPTIONS");
  return result;
}

}  // namespace hone::http
