// A request as handlers receive it: complete, decoded, within the limits, permitted.
#pragma once

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hone::http {

using NamedValues = std::vector<std::pair<std::string, std::string>>;

// Header lines in their order. Ignores the case of names.
class Headers {
 public:
  void add(std::string_view name, std::string_view value) { lines_.emplace_back(name, value); }

  // Returns the first value with that name, or an empty text.
  std::string_view find(std::string_view name) const;
  size_t count(std::string_view name) const;
  size_t size() const { return lines_.size(); }
  const NamedValues& lines() const { return lines_; }

 private:
  NamedValues lines_;
};

struct Request {
  std::string method;
  std::string path;        // decoded, UTF-8, without the query
  NamedValues query;       // decoded, in order
  NamedValues parameters;  // the values of {name} in the route's path, decoded
  Headers headers;
  std::string body;
  std::string client;                                                                // address
  std::chrono::steady_clock::time_point arrived = std::chrono::steady_clock::now();  // when the last byte arrived
  // Stop is requested when the connection is closed, because then no client waits for the response.
  std::stop_token client_gone = {};

  // Returns a parameter of the route's path. Errors: kInternal if the path does not have it.
  const std::string& parameter(std::string_view name) const;

  // Returns the first value with that name in the query, or nullopt.
  std::optional<std::string> query_value(std::string_view name) const;
};

}  // namespace hone::http
