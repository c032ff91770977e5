// How a server handles a request, without a socket: whether it is allowed, which route it has, and the headers of every
// response.
#pragma once

#include <optional>
#include <string>

#include "http/access.h"
#include "http/router.h"
#include "http/static_pages.h"

namespace hone::http {

// The head of a request: everything known before its body is read.
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

  // Fills path, query and route from the target of the request line. Returns a response if the request ends here: 400,
  // 401, 403, 404, 405, 415, or the one to OPTIONS.
  std::optional<Response> examine(RequestHead& head, std::string_view target) const;

  // Handles a request that examine() let through. Never throws: an exception of a handler becomes the response.
  void handle(RequestHead&& head, const Responder& respond) const;

  // Adds the headers of every response: security, caching, and CORS for the request's Origin (empty: none).
  void complete(Response& response, std::string_view origin) const;

  // Returns the path of the route, "page" or "none": few enough values for a metric's label.
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
