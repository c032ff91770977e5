// What a server says to a request, without a socket in it: may it come, whose route is it, and the headers that every
// answer carries.
#pragma once

#include <optional>
#include <string>

#include "http/access.h"
#include "http/router.h"
#include "http/static_pages.h"

namespace hone::http {

// The head of a request: all that is known before its body is read.
struct RequestHead {
  Request request;       // without body
  std::string raw_path;  // as sent, for the log
  RouteMatch match = {};
  bool is_page = false;
  bool is_http10 = false;
};

class Dispatcher {
 public:
  Dispatcher(const ServerConfig& config, std::string bound_address, std::vector<Route> routes, StaticPages pages);

  // Fills path, query and route from the target of the request line. The answer, where the request must not go on: 400,
  // 403, 404, 405, 401, 415, or that to OPTIONS.
  std::optional<Response> examine(RequestHead& head, std::string_view target) const;

  // Answers a request that examine() let through. Never throws: what a handler throws is answered.
  void answer(RequestHead&& head, const Answer& answer) const;

  // Adds the headers of every answer: security, caching, and CORS for the request's Origin (empty: none).
  void complete(Response& response, std::string_view origin) const;

  // The path of the route, or "page" or "none": few enough to count by.
  static std::string route_name(const RequestHead& head);

  const Router& router() const { return router_; }

 private:
  std::optional<Response> refuse_sender(const RequestHead& head, std::string_view authority) const;
  std::optional<Response> refuse_route(const RequestHead& head) const;
  std::optional<Response> refuse_coding(const RequestHead& head) const;
  Response options_response(const RequestHead& head) const;

  AccessRules access_;
  ApiKeys keys_;
  Router router_;
  StaticPages pages_;
};

}  // namespace hone::http
