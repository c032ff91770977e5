// Handles requests without sockets: checks permissions, finds the route, calls the handler, and adds the headers of
// every response.
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

  // Fills path, query and route from the target of the request line. Returns a response if no handler is needed: 400,
  // 401, 403, 404, 405, 415, or the response to OPTIONS.
  std::optional<Response> examine(RequestHead& head, std::string_view target) const;

  // Handles a request for which examine() returned no response. Never throws; converts an exception of a handler to a
  // response.
  void handle(RequestHead&& head, const Responder& respond) const;

  // Adds the headers of every response: security, caching, and CORS for the request's Origin (empty: none).
  void complete(Response& response, std::string_view origin) const;

  // Returns the path of the route, "page" or "none". There are few such values, so they can label metrics.
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
