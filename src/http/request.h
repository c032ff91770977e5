// A request as handlers see it: whole, decoded, within the limits, allowed to come.
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

// Header lines in their order; names are found whatever their case.
class Headers {
 public:
  void add(std::string_view name, std::string_view value) { lines_.emplace_back(name, value); }

  // The first value of that name, or an empty text.
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
  NamedValues query;       // decoded, in their order
  NamedValues parameters;  // what stands for {name} in the route's path, decoded
  Headers headers;
  std::string body;
  std::string client;                                                                // address
  std::chrono::steady_clock::time_point arrived = std::chrono::steady_clock::now();  // the last byte of it
  // Told to stop once nobody waits for the answer any more: the connection is closed.
  std::stop_token client_gone = {};

  // The parameter of the route's path; it must be one that the path names.
  const std::string& parameter(std::string_view name) const;

  // The first value of that name in the query.
  std::optional<std::string> query_value(std::string_view name) const;
};

}  // namespace hone::http
