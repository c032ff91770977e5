#include "http/request.h"

#include <algorithm>

#include "base/error.h"
#include "http/ascii.h"

namespace hone::http {

std::string_view Headers::find(std::string_view name) const {
  for (const auto& [key, value] : lines_) {
    if (equal_ignoring_case(key, name)) return value;
  }
  return {};
}

size_t Headers::count(std::string_view name) const {
  return static_cast<size_t>(std::count_if(lines_.begin(), lines_.end(),
                                           [&](const auto& line) { return equal_ignoring_case(line.first, name); }));
}

const std::string& Request::parameter(std::string_view name) const {
  const auto found =
      std::find_if(parameters.begin(), parameters.end(), [&](const auto& given) { return given.first == name; });
  check_internal(found != parameters.end(), "a parameter that the route's path does not have");
  return found->second;
}

std::optional<std::string> Request::query_value(std::string_view name) const {
  for (const auto& [key, value] : query) {
    if (key == name) return value;
  }
  return std::nullopt;
}

}  // namespace hone::http
