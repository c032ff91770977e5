#include "http/response_head.h"

#include <doctest/doctest.h>

#include "expect_error.h"

using namespace hone;
using namespace hone::http;

TEST_CASE("dates are written as HTTP writes them") {
  CHECK(http_date(784111777) == "Sun, 06 Nov 1994 08:49:37 GMT");  // the example of RFC 9110, 5.6.7
  CHECK(http_date(0) == "Thu, 01 Jan 1970 00:00:00 GMT");
}

TEST_CASE("a head has its lines in order") {
  const Response response{.status = 404, .content_type = "text/plain", .body = "abc", .headers = {{"X-A", "b"}}};
  CHECK(response_head(response, {}) ==
        "HTTP/1.1 404 Not Found\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nContent-Type: text/plain\r\n"
        "Content-Length: 3\r\nX-A: b\r\n\r\n");
}

TEST_CASE("a head says whether the connection stays") {
  CHECK(contains(response_head({}, {.keep_alive = false}), "\r\nConnection: close\r\n"));
  CHECK(contains(response_head({}, {.is_http10 = true}), "\r\nConnection: keep-alive\r\n"));
  CHECK_FALSE(contains(response_head({}, {}), "Connection"));
}

TEST_CASE("an answer that has no body has no length") {
  CHECK_FALSE(contains(response_head({.status = 204}, {}), "Content-"));
  CHECK_FALSE(contains(response_head({.status = 304}, {}), "Content-"));
  CHECK(has_body(200));
  CHECK_FALSE(has_body(100));
}

TEST_CASE("a header cannot smuggle a second one") {
  for (const char* value : {"a\r\nX: b", "a\nb", "a\rb"}) {
    const Response response{.headers = {{"X-A", value}}};
    CHECK(expect_error([&] { response_head(response, {}); }).kind() == ErrorKind::kInternal);
  }
}
