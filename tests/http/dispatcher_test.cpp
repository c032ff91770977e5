#include "http/dispatcher.h"

#include <doctest/doctest.h>

#include <array>

#include "base/log.h"
#include "expect_error.h"

namespace dispatcher_test {

using namespace hone;
using namespace hone::http;

constexpr std::array<PageFile, 1> kFiles = {{{"/try.html", "text/html", "page", ""}}};

Dispatcher dispatcher(const ServerConfig& config = {}) {
  const Handler echo([](const Request& request) { return text_response(request.body); });
  const Handler fails([](const Request&) -> Response { throw RequestError({.message = "no", .field = "inputs"}); });
  const Handler breaks([](const Request&) -> Response { throw std::runtime_error("secret"); });
  return {config,
          "127.0.0.1",
          {{.method = "POST", .path = "/echo", .handle = echo},
           {.method = "GET", .path = "/health", .handle = echo, .needs_key = false},
           {.method = "GET", .path = "/fails", .handle = fails},
           {.method = "GET", .path = "/breaks", .handle = breaks}},
          StaticPages(kFiles, "/try.html")};
}

RequestHead head(const std::string& method, const NamedValues& headers = {}) {
  RequestHead result{.request = {.method = method}};
  result.request.headers.add("Host", "localhost:8000");
  for (const auto& [name, value] : headers) result.request.headers.add(name, value);
  return result;
}

// Returns the response of examine() or of the handler.
Response ask(const Dispatcher& dispatcher, RequestHead request, std::string_view target) {
  if (auto refusal = dispatcher.examine(request, target)) return *refusal;
  Response given;
  dispatcher.handle(std::move(request), [&](Response response) { given = std::move(response); });
  return given;
}

std::string header(const Response& response, std::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return "";
}

ServerConfig with_key() {
  const std::vector<std::string> keys = {"k1"};
  return {.keys = ApiKeys(keys)};
}

TEST_CASE("a page and a route with another method can share a path") {
  const Handler echo([](const Request& request) { return text_response(request.body); });
  const std::vector<Route> routes = {{.method = "POST", .path = "/", .handle = echo}};
  const Dispatcher site(with_key(), "127.0.0.1", routes, StaticPages(kFiles, "/try.html"));
  CHECK(ask(site, head("GET"), "/").body == "page");
  CHECK(ask(site, head("HEAD"), "/").status == 200);
  CHECK(ask(site, head("POST"), "/").status == 401);  // only the page needs no key
  RequestHead request = head("POST", {{"Authorization", "Bearer k1"}});
  request.request.body = "text";
  CHECK(ask(site, std::move(request), "/").body == "text");
  CHECK(header(ask(site, head("PUT"), "/"), "Allow") == "GET, HEAD, POST, OPTIONS");
  CHECK(header(ask(site, head("OPTIONS"), "/"), "Allow") == "GET, HEAD, POST, OPTIONS");
}

TEST_CASE("routes and pages are found, and anything else is a 404") {
  const Dispatcher site = dispatcher();
  RequestHead request = head("POST");
  request.request.body = "hi";
  CHECK(ask(site, request, "/echo").body == "hi");
  CHECK(ask(site, head("GET"), "/").body == "page");
  CHECK(ask(site, head("GET"), "/try.html?x").body == "page");
  const Response missing = ask(site, head("GET"), "/nothing");
  CHECK(missing.status == 404);
  CHECK(contains(missing.body, "there is no /nothing"));
  CHECK(ask(site, head("GET"), "nothing").status == 400);
  CHECK(ask(site, head("GET"), "/%ff").status == 400);
}

TEST_CASE("a wrong method gets 405 with the allowed ones, an unknown method 501") {
  const Dispatcher site = dispatcher();
  const Response wrong = ask(site, head("GET"), "/echo");
  CHECK(wrong.status == 405);
  CHECK(header(wrong, "Allow") == "POST, OPTIONS");
  CHECK(contains(wrong.body, "/echo does not support GET"));
  CHECK(header(ask(site, head("POST"), "/try.html"), "Allow") == "GET, HEAD, OPTIONS");
  CHECK(ask(site, head("BREW"), "/echo").status == 501);
}

TEST_CASE("OPTIONS lists the methods of a path; other origins get them only if they are allowed") {
  const Response own = ask(dispatcher(), head("OPTIONS"), "/echo");
  CHECK(own.status == 204);
  CHECK(header(own, "Allow") == "POST, OPTIONS");
  CHECK(header(own, "Access-Control-Allow-Methods").empty());
  CHECK(ask(dispatcher(), head("OPTIONS"), "*").status == 204);
  const NamedValues origin = {{"Origin", "https://a.example"}};
  CHECK(ask(dispatcher(), head("OPTIONS", origin), "/echo").status == 403);
  ServerConfig config = with_key();
  config.allow_origin = {"https://a.example"};
  const Response preflight = ask(dispatcher(config), head("OPTIONS", origin), "/echo");
  CHECK(preflight.status == 204);
  CHECK(header(preflight, "Access-Control-Allow-Methods") == "POST, OPTIONS");
  CHECK(header(preflight, "Access-Control-Allow-Headers") == "Authorization, Content-Type");
}

TEST_CASE("a request with another server's name, or without a name, is refused") {
  const Dispatcher site = dispatcher();
  const auto by = [&](const NamedValues& headers) {
    RequestHead request{.request = {.method = "GET"}};
    for (const auto& [name, value] : headers) request.request.headers.add(name, value);
    return ask(site, request, "/health");
  };
  CHECK(by({}).status == 400);
  CHECK(by({{"Host", "localhost"}, {"Host", "localhost"}}).status == 400);
  const Response rebound = by({{"Host", "evil.example"}});
  CHECK(rebound.status == 403);
  CHECK(contains(rebound.body, "Host is \\\"evil.example\\\", which is not this server"));
  CHECK(contains(rebound.body, "--allow-host"));
  CHECK(ask(site, head("GET"), "http://evil.example/health").status == 403);
  CHECK(ask(site, head("GET"), "http://127.0.0.1:1/health").status == 200);
}

TEST_CASE("a request from another origin's page is refused, also for an unknown path") {
  const Dispatcher site = dispatcher();
  const Response foreign = ask(site, head("POST", {{"Origin", "http://evil.example"}}), "/echo");
  CHECK(foreign.status == 403);
  CHECK(contains(foreign.body, "may not send requests to this server"));
  CHECK(ask(site, head("POST", {{"Origin", "null"}}), "/nothing").status == 403);
  CHECK(ask(site, head("POST", {{"Origin", "http://localhost:8000"}}), "/echo").status == 200);
}

TEST_CASE("if keys are set, routes need one; pages and routes without needs_key do not") {
  const Dispatcher site = dispatcher(with_key());
  const Response refused = ask(site, head("POST"), "/echo?key=k1");
  CHECK(refused.status == 401);
  CHECK(header(refused, "WWW-Authenticate") == "Bearer realm=\"hone\"");
  CHECK(contains(refused.body, "this server needs a key"));
  CHECK(ask(site, head("POST", {{"Authorization", "Bearer k2"}}), "/echo").status == 401);
  CHECK(ask(site, head("POST", {{"Authorization", "Bearer k1"}}), "/echo").status == 200);
  CHECK(ask(site, head("GET"), "/health").status == 200);
  CHECK(ask(site, head("GET"), "/").status == 200);
}

TEST_CASE("an exception from a handler becomes a response without internal details") {
  const Dispatcher site = dispatcher();
  const Response field = ask(site, head("GET"), "/fails");
  CHECK(field.status == 400);
  CHECK(contains(field.body, "\"field\":\"inputs\""));
  set_log_level(LogLevel::kOff);
  const Response broken = ask(site, head("GET"), "/breaks");
  set_log_level(LogLevel::kInfo);
  CHECK(broken.status == 500);
  CHECK_FALSE(contains(broken.body, "secret"));
}

TEST_CASE("every response has the security headers for browsers") {
  const Dispatcher site = dispatcher();
  Response response;
  site.complete(response, "https://evil.example");
  CHECK(
      contains(header(response, "Content-Security-Policy"), "default-src 'none'; script-src 'self'; style-src 'self'"));
  CHECK(header(response, "X-Content-Type-Options") == "nosniff");
  CHECK(header(response, "Referrer-Policy") == "no-referrer");
  CHECK(header(response, "Cross-Origin-Opener-Policy") == "same-origin");
  CHECK(header(response, "Cross-Origin-Resource-Policy") == "same-origin");
  CHECK(header(response, "Cache-Control") == "no-store");
  CHECK(header(response, "Access-Control-Allow-Origin").empty());
  Response page{.headers = {{"Cache-Control", "no-cache"}}};
  site.complete(page, "");
  CHECK(header(page, "Cache-Control") == "no-cache");
}

TEST_CASE("only allowed origins may read responses") {
  const Dispatcher site = dispatcher({.allow_origin = {"https://a.example"}});
  Response shared, own;
  site.complete(shared, "https://a.example");
  site.complete(own, "http://localhost:8000");
  CHECK(header(shared, "Access-Control-Allow-Origin") == "https://a.example");
  CHECK(header(shared, "Vary") == "Origin");
  CHECK(header(own, "Access-Control-Allow-Origin").empty());
  CHECK(header(own, "Vary") == "Origin");
}

TEST_CASE("requests are counted under a bounded set of route names") {
  const Dispatcher site = dispatcher();
  const auto name = [&](const char* target) {
    RequestHead request = head("POST");
    site.examine(request, target);
    return Dispatcher::route_name(request);
  };
  CHECK(name("/echo") == "/echo");
  CHECK(name("/") == "page");
  CHECK(name("/anything") == "none");
}

TEST_CASE("a compressed body is refused with 415 before it is read, and the response lists the accepted encodings") {
  const Dispatcher site = dispatcher();
  for (const char* coding : {"gzip", "br", "deflate, gzip", "ZSTD"}) {
    CAPTURE(coding);
    const Response refused = ask(site, head("POST", {{"Content-Encoding", coding}}), "/echo");
    CHECK(refused.status == 415);
    CHECK(header(refused, "Accept-Encoding") == "identity");
    CHECK(contains(refused.body, "\"error_type\":\"validation\""));
  }
  CHECK(contains(ask(site, head("POST", {{"Content-Encoding", "gzip"}}), "/echo").body,
                 "the body has the Content-Encoding \\\"gzip\\\""));
  CHECK(ask(site, head("POST", {{"Content-Encoding", "identity"}}), "/echo").status == 200);
  CHECK(ask(site, head("POST", {{"Content-Encoding", ""}}), "/echo").status == 200);
}

TEST_CASE("a request of HTTP/1.0 may lack a Host, one of HTTP/1.1 may not") {
  const Dispatcher site = dispatcher();
  const auto without_host = [&](bool is_http10, const NamedValues& headers = {}) {
    RequestHead request{.request = {.method = "GET"}, .is_http10 = is_http10};
    for (const auto& [name, value] : headers) request.request.headers.add(name, value);
    return ask(site, std::move(request), "/health").status;
  };
  CHECK(without_host(true) == 200);
  CHECK(without_host(false) == 400);
  CHECK(without_host(true, {{"Host", "evil.example"}}) == 403);
  CHECK(without_host(true, {{"Host", "localhost"}, {"Host", "localhost"}}) == 400);
  CHECK(without_host(true, {{"Origin", "http://evil.example"}}) == 403);
}

}  // namespace dispatcher_test
