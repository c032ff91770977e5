#include "http/response.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "expect_error.h"

using namespace hone;
using namespace hone::http;

TEST_CASE("an error is JSON with message, field, hint and type") {
  const Response response = error_response({.message = "no", .field = "inputs", .hint = "do"});
  CHECK(response.status == 400);
  CHECK(response.content_type == "application/json");
  CHECK(response.body == R"({"error":"no","field":"inputs","hint":"do","error_type":"validation"})");
  CHECK(error_response({.status = 404, .message = "no"}).body ==
        R"({"error":"no","field":null,"hint":null,"error_type":"not_found"})");
}

TEST_CASE("each error status has an error type") {
  CHECK(error_type_of(400) == "validation");
  CHECK(error_type_of(417) == "validation");
  CHECK(error_type_of(401) == "unauthorized");
  CHECK(error_type_of(403) == "forbidden");
  CHECK(error_type_of(405) == "method_not_allowed");
  CHECK(error_type_of(408) == "timeout");
  for (const unsigned status : {411u, 413u, 414u, 431u}) CHECK(error_type_of(status) == "too_large");
  CHECK(error_type_of(429) == "overloaded");
  CHECK(error_type_of(503) == "unhealthy");
  CHECK(error_type_of(500) == "backend");
  CHECK(error_type_of(501) == "backend");
}

TEST_CASE("the kind of a hone::Error decides the response's status") {
  CHECK(error_response(Error(ErrorKind::kUsage, "x")).status == 400);
  CHECK(error_response(Error(ErrorKind::kInput, "x")).status == 400);
  CHECK(error_response(Error(ErrorKind::kUnsupported, "x")).status == 400);
  CHECK(error_response(Error(ErrorKind::kIo, "x")).status == 500);
  CHECK(error_response(Error(ErrorKind::kInternal, "x")).status == 500);
  const RequestError own({.status = 422, .message = "m", .field = "f", .error_type = "tokenizer"});
  const Error& as_error = own;
  CHECK(error_response(as_error).status == 422);
  CHECK(error_response(as_error).body == R"({"error":"m","field":"f","hint":null,"error_type":"tokenizer"})");
}

TEST_CASE("Retry-After tells a client how long to wait") {
  const Response busy = error_response({.status = 429, .message = "the queue is full", .retry_after_seconds = 2});
  CHECK(busy.status == 429);
  CHECK(busy.headers == NamedValues{{"Retry-After", "2"}});
  CHECK(error_response({.status = 503, .message = "failed"}).headers.empty());
}

TEST_CASE("a response is valid JSON even if a text is not UTF-8") {
  CHECK(Json::parse(json_response({{"a", "\xff"}}).body)["a"] == "\xEF\xBF\xBD");
  CHECK(text_response("x", 202).status == 202);
}

TEST_CASE("dates have HTTP's format") {
  CHECK(http_date(784111777) == "Sun, 06 Nov 1994 08:49:37 GMT");  // the example of RFC 9110, 5.6.7
  CHECK(http_date(0) == "Thu, 01 Jan 1970 00:00:00 GMT");
}

TEST_CASE("the lines of a head are in order") {
  const Response response{.status = 404, .content_type = "text/plain", .body = "abc", .headers = {{"X-A", "b"}}};
  CHECK(response_head(response, {}) ==
        "HTTP/1.1 404 Not Found\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nContent-Type: text/plain\r\n"
        "Content-Length: 3\r\nX-A: b\r\n\r\n");
}

TEST_CASE("a head says whether the connection stays open") {
  CHECK(contains(response_head({}, {.keep_alive = false}), "\r\nConnection: close\r\n"));
  CHECK(contains(response_head({}, {.is_http10 = true}), "\r\nConnection: keep-alive\r\n"));
  CHECK_FALSE(contains(response_head({}, {}), "Connection"));
}

TEST_CASE("a response that cannot have a body has no Content-Length") {
  CHECK_FALSE(contains(response_head({.status = 204}, {}), "Content-"));
  CHECK_FALSE(contains(response_head({.status = 304}, {}), "Content-"));
  CHECK(has_body(200));
  CHECK_FALSE(has_body(100));
}

TEST_CASE("a header's value cannot inject another header") {
  for (const char* value : {"a\r\nX: b", "a\nb", "a\rb"}) {
    const Response response{.headers = {{"X-A", value}}};
    CHECK(expect_error([&] { response_head(response, {}); }).kind() == ErrorKind::kInternal);
  }
}
