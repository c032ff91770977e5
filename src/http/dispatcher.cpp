// Decisions on requests.
#include "http/dispatcher.h"

#include <algorithm>

#include "base/log.h"
#include "http/ascii.h"
#include "http/json_body.h"

namespace hone::http {

namespace {

constexpr const char* kContentPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
// The headers that pages of other origins may read.
constexpr const char* kExposedHeaders =
    "Retry-After, X-Hone-Truncated, X-Hone-Unknown-Tokens, X-Hone-Near-Ties, X-Hone-Ignored";
constexpr const char* kPageMethods = "GET, HEAD, OPTIONS";

bool is_known_method(std::string_view method) {
  constexpr std::string_view kMethods[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
  return std::find(std::begin(kMethods), std::end(kMethods), method) != std::end(kMethods);
}

bool has_header(const Response& response, std::string_view name) {
  return std::any_of(response.headers.begin(), response.headers.end(),
                     [&](const auto& header) { return equal_ignoring_case(header.first, name); });
}

}  // namespace

Dispatcher::Dispatcher(const ServerConfig& config, std::string bound_address, std::vector<Route> routes,
                       StaticPages pages)
    : access_(config, std::move(bound_address)),
      keys_(config.keys),
      router_(std::move(routes)),
      pages_(std::move(pages)) {}

std::optional<Response> Dispatcher::examine(RequestHead& head, std::string_view target) const {
  Request& request = head.request;
  if (request.method == "OPTIONS" && target == "*") target = "/";
  auto parsed = parse_target(target);
  if (!parsed) {
    return error_response({.status = 400,
                           .message = "the request's target is not a path",
                           .hint = "a path begins with / and holds UTF-8 as %XX"});
  }
  head.raw_path = std::move(parsed->raw_path);
  request.path = std::move(parsed->path);
  request.query = std::move(parsed->query);
  head.match = router_.find(request.method, parsed->segments);
  request.parameters = std::move(head.match.parameters);
  const bool has_page = pages_.contains(request.path);
  const bool is_read = request.method == "GET" || request.method == "HEAD";
  head.is_page = has_page && (head.match.allow.empty() || (is_read && head.match.route == nullptr));
  if (has_page && !head.is_page)
    head.match.allow = "GET, HEAD, " + head.match.allow;  // the path has a page and a route
  if (auto refusal = refuse_sender(head, parsed->authority)) return refusal;
  return refuse_route(head);
}

std::optional<Response> Dispatcher::refuse_sender(const RequestHead& head, std::string_view authority) const {
  const Headers& headers = head.request.headers;
  const bool may_lack_host =
      head.is_http10 && headers.count("Host") == 0;  // for health checks; browsers always send Host
  if (headers.count("Host") != 1 && !may_lack_host) {
    return error_response({.status = 400, .message = "a request needs one Host header"});
  }
  const std::string_view host = authority.empty() ? headers.find("Host") : authority;
  if (!(may_lack_host && host.empty()) && !access_.allows_host(host)) {
    return error_response({.status = 403,
                           .message = fmt::format("Host is \"{}\", which is not this server", host),
                           .hint = "start the server with --allow-host NAME to allow that name"});
  }
  const std::string_view origin = headers.find("Origin");
  if (headers.count("Origin") > 0 && !access_.allows_origin(origin, host)) {
    return error_response({.status = 403,
                           .message = fmt::format("pages of \"{}\" may not send requests to this server", origin),
                           .hint = "start the server with --allow-origin ORIGIN to allow them"});
  }
  return std::nullopt;
}

std::optional<Response> Dispatcher::refuse_route(const RequestHead& head) const {
  const Request& request = head.request;
  if (!head.is_page && head.match.allow.empty()) {
    return error_response({.status = 404,
                           .message = fmt::format("there is no {}", request.path),
                           .hint = "/openapi.json lists all routes"});
  }
  if (request.method == "OPTIONS") return options_response(head);
  const bool is_read = request.method == "GET" || request.method == "HEAD";
  if (head.is_page ? !is_read : head.match.route == nullptr) {
    const std::string allow = head.is_page ? kPageMethods : head.match.allow;
    Response response = error_response({.status = is_known_method(request.method) ? 405u : 501u,
                                        .message = fmt::format("{} does not support {}", request.path, request.method),
                                        .hint = "supported methods: " + allow});
    response.headers.emplace_back("Allow", allow);
    return response;
  }
  const bool is_closed = !head.is_page && head.match.route->needs_key && !keys_.empty();
  if (is_closed && !keys_.accept(request.headers.find("Authorization"))) {
    Response response = error_response(
        {.status = 401, .message = "this server needs a key", .hint = "send it as \"Authorization: Bearer KEY\""});
    response.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"hone\"");
    return response;
  }
  return refuse_coding(head);
}

// Refuses compressed bodies, because a small body may decompress to any amount of data.
std::optional<Response> Dispatcher::refuse_coding(const RequestHead& head) const {
  const std::string coding = lowered(trim(head.request.headers.find("Content-Encoding")));
  if (coding.empty() || coding == "identity") return std::nullopt;
  Response response =
      error_response({.status = 415,
                      .message = fmt::format("the body has the Content-Encoding \"{}\"", clipped(coding)),
                      .hint = "send the body without compression"});
  response.headers.emplace_back("Accept-Encoding", "identity");
  return response;
}

Response Dispatcher::options_response(const RequestHead& head) const {
  const std::string allow = head.is_page ? kPageMethods : head.match.allow;
  Response response{.status = 204, .headers = {{"Allow", allow}}};
  if (access_.shares_with(head.request.headers.find("Origin"))) {
    response.headers.emplace_back("Access-Control-Allow-Methods", allow);
    response.headers.emplace_back("Access-Control-Allow-Headers", "Authorization, Content-Type");
    response.headers.emplace_back("Access-Control-Max-Age", "600");
  }
  return response;
}

void Dispatcher::handle(RequestHead&& head, const Responder& respond) const {
  try {
    if (head.is_page) {
      // NOLINTNEXTLINE(bugprone-unchecked-optional-access): is_page means that it was found
      return respond(*pages_.find(head.request.path, head.request.headers));
    }
    head.match.route->handle(std::move(head.request), respond);
  } catch (const Error& error) {
    Response response = error_response(error);
    if (response.status >= 500) log_error("{}: {}", head.raw_path, error.what());
    respond(std::move(response));
  } catch (const std::exception& error) {
    log_error("{}: {}", head.raw_path, error.what());
    respond(error_response({.status = 500, .message = "internal error", .hint = "the server's log says more"}));
  }
}

void Dispatcher::complete(Response& response, std::string_view origin) const {
  auto& headers = response.headers;
  if (!has_header(response, "Cache-Control")) headers.emplace_back("Cache-Control", "no-store");
  headers.emplace_back("Content-Security-Policy", kContentPolicy);
  headers.emplace_back("X-Content-Type-Options", "nosniff");
  headers.emplace_back("Referrer-Policy", "no-referrer");
  headers.emplace_back("Cross-Origin-Opener-Policy", "same-origin");
  headers.emplace_back("Cross-Origin-Resource-Policy", "same-origin");
  if (!access_.shares()) return;
  headers.emplace_back("Vary", "Origin");
  if (!access_.shares_with(origin)) return;
  headers.emplace_back("Access-Control-Allow-Origin", origin);
  headers.emplace_back("Access-Control-Expose-Headers", kExposedHeaders);
}

std::string Dispatcher::route_name(const RequestHead& head) {
  if (head.is_page) return "page";
  return head.match.route != nullptr ? head.match.route->path : "none";
}

}  // namespace hone::http
