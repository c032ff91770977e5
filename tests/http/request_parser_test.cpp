#include "http/request_parser.h"

#include <doctest/doctest.h>

#include "expect_error.h"

namespace request_parser_test {

using namespace hone;
using namespace hone::http;
using State = RequestParser::State;

// Feeds all bytes in pieces of `step`, as a connection does.
RequestParser parsed(const std::string& bytes, size_t step, const Limits& limits) {
  RequestParser parser(limits);
  std::string waiting;
  for (size_t i = 0; i < bytes.size() && parser.state() != State::kFailed && parser.state() != State::kDone;
       i += step) {
    waiting += bytes.substr(i, step);
    waiting.erase(0, parser.feed(waiting));
    if (parser.state() != State::kHeadDone) continue;
    parser.continue_with_body();
    waiting.erase(0, parser.feed(waiting));
  }
  return parser;
}

const Limits kLimits;

unsigned refusal(const std::string& bytes, const Limits& limits = kLimits) {
  unsigned status = 0;
  for (const size_t step : {size_t{1}, size_t{7}, bytes.size()}) {
    const RequestParser parser = parsed(bytes, step, limits);
    CAPTURE(step);
    REQUIRE(parser.state() == State::kFailed);
    CHECK((status == 0 || status == parser.failure().status));
    status = parser.failure().status;
  }
  return status;
}

const std::string kPost = "POST /x HTTP/1.1\r\nHost: a\r\n";

TEST_CASE("a request is the same however its bytes are divided") {
  const std::string request = kPost + "X-A:  b \r\nContent-Length: 5\r\n\r\nhello";
  for (size_t step = 1; step <= request.size(); ++step) {
    RequestParser parser = parsed(request, step, kLimits);
    CAPTURE(step);
    REQUIRE(parser.state() == State::kDone);
    CHECK(parser.method() == "POST");
    CHECK(parser.target() == "/x");
    CHECK(parser.headers().find("X-A") == "b");
    CHECK(parser.body() == "hello");
    CHECK(parser.keep_alive());
    CHECK_FALSE(parser.is_http10());
  }
}

TEST_CASE("a chunked body is joined, and its extensions and trailers are dropped") {
  const std::string request =
      kPost + "Transfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n1\r\nd\r\n0\r\nAuthorization: Bearer x\r\n\r\n";
  for (size_t step = 1; step <= request.size(); ++step) {
    RequestParser parser = parsed(request, step, kLimits);
    CAPTURE(step);
    REQUIRE(parser.state() == State::kDone);
    CHECK(parser.body() == "abcd");
    CHECK(parser.headers().find("Authorization").empty());
  }
  CHECK(parsed(kPost + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 1, kLimits).state() == State::kDone);
}

TEST_CASE("the head is available before the body, and bytes after the request are kept") {
  RequestParser parser(kLimits);
  const std::string bytes = kPost + "Content-Length: 2\r\n\r\nokGET / HTTP/1.1\r\n";
  const size_t head = parser.feed(bytes);
  CHECK(parser.state() == State::kHeadDone);
  CHECK(bytes.substr(head, 2) == "ok");
  CHECK(parser.has_body());
  parser.continue_with_body();
  CHECK(parser.feed(bytes.substr(head)) == 2);
  CHECK(parser.state() == State::kDone);
  CHECK(parser.feed("more") == 0);
}

TEST_CASE("keep-alive follows the HTTP version and the Connection header") {
  const auto keeps = [](const std::string& request) { return parsed(request, 100, kLimits).keep_alive(); };
  CHECK(keeps("GET / HTTP/1.1\r\n\r\n"));
  CHECK_FALSE(keeps("GET / HTTP/1.1\r\nConnection: close\r\n\r\n"));
  CHECK_FALSE(keeps("GET / HTTP/1.0\r\n\r\n"));
  CHECK(keeps("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
  CHECK(parsed("GET / HTTP/1.0\r\n\r\n", 100, kLimits).is_http10());
}

TEST_CASE("a client that expects 100 Continue is recognised") {
  RequestParser parser(kLimits);
  parser.feed(kPost + "Content-Length: 2\r\nExpect: 100-Continue\r\n\r\n");
  CHECK(parser.expects_continue());
  CHECK_FALSE(parsed("GET / HTTP/1.1\r\nExpect: 100-continue\r\n\r\n", 100, kLimits).expects_continue());
  CHECK(refusal(kPost + "Content-Length: 2\r\nExpect: more\r\n\r\n") == 417);
}

TEST_CASE("a head beyond the limits gets 431 or 414") {
  const std::string get = "GET / HTTP/1.1\r\n";
  const auto lines = [](size_t count) {
    std::string result;
    for (size_t i = 0; i < count; ++i) result += fmt::format("X-{}: v\r\n", i);
    return result + "\r\n";
  };
  for (const size_t step : {size_t{1}, size_t{1000}, size_t{1000000}}) {
    CAPTURE(step);
    CHECK(parsed(get + lines(100), step, kLimits).state() == State::kDone);
    CHECK(parsed(get + "A: " + std::string(8189, 'a') + "\r\n\r\n", step, kLimits).state() == State::kDone);
    CHECK(parsed("GET /" + std::string(8192 - 14, 'a') + " HTTP/1.1\r\n\r\n", step, kLimits).state() == State::kDone);
  }
  CHECK(refusal(get + lines(101)) == 431);
  CHECK(refusal(get + "A: " + std::string(8190, 'a') + "\r\n\r\n") == 431);
  CHECK(refusal("GET /" + std::string(8193 - 14, 'a') + " HTTP/1.1\r\n\r\n") == 414);
  CHECK(refusal(std::string(70000, 'A')) == 414);
}

TEST_CASE("a head of a hundred lines of eight KiB each is accepted completely") {
  std::string request = "GET / HTTP/1.1\r\n";
  for (int i = 0; i < 100; ++i) request += fmt::format("X-{:02}: {}\r\n", i, std::string(8192 - 6, 'a'));
  RequestParser parser = parsed(request + "\r\n", 16384, kLimits);
  REQUIRE(parser.state() == State::kDone);
  CHECK(parser.headers().size() == 100);
  CHECK(parser.headers().find("X-99").size() == 8186);
}

TEST_CASE("errors of a body are reported only when the body is requested") {
  for (const std::string lines : {"\r\n", "Content-Length: 99999999\r\n\r\n", "Transfer-Encoding: gzip\r\n\r\n",
                                  "Content-Length: 1\r\nExpect: x\r\n\r\n"}) {
    CAPTURE(lines);
    RequestParser parser(kLimits);
    parser.feed(kPost + lines);
    CHECK(parser.state() == State::kHeadDone);
    CHECK_FALSE(parser.keep_alive());  // the start of the next request is unknown
    parser.continue_with_body();
    CHECK(parser.state() == State::kFailed);
  }
}

TEST_CASE("trailers and chunk-size lines have the length limit of a header line") {
  const std::string chunked = kPost + "Transfer-Encoding: chunked\r\n\r\n";
  const auto trailer = [&](size_t size) { return chunked + "0\r\nA:" + std::string(size, 'a') + "\r\n\r\n"; };
  const auto extension = [&](size_t size) { return chunked + "1;" + std::string(size, 'a') + "\r\nx\r\n0\r\n\r\n"; };
  for (const size_t step : {size_t{1}, size_t{20000}}) {
    CHECK(parsed(trailer(8191), step, kLimits).state() == State::kDone);
    CHECK(parsed(extension(8191), step, kLimits).state() == State::kDone);
  }
  CHECK(refusal(trailer(8192)) == 431);
  CHECK(refusal(extension(8192)) == 431);
}

TEST_CASE("a body beyond the limit gets 413, a body without a length 411") {
  const Limits small{.body_bytes = 4};
  CHECK(parsed(kPost + "Content-Length: 4\r\n\r\nabcd", 100, small).state() == State::kDone);
  CHECK(refusal(kPost + "Content-Length: 5\r\n\r\n", small) == 413);
  CHECK(refusal(kPost + "Content-Length: 18446744073709551615\r\n\r\n", small) == 413);
  CHECK(parsed(kPost + "Transfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n", 100, small).state() == State::kDone);
  CHECK(refusal(kPost + "Transfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n1\r\ne\r\n0\r\n\r\n", small) == 413);
  CHECK(refusal(kPost + "Transfer-Encoding: chunked\r\n\r\n7fffffffffffffff\r\nabcde", small) == 413);
  CHECK(refusal(kPost + "\r\n") == 411);
  CHECK(refusal("PUT /x HTTP/1.1\r\n\r\n") == 411);
  CHECK(parsed("DELETE /x HTTP/1.1\r\n\r\n", 100, kLimits).state() == State::kDone);
}

TEST_CASE("a body with an ambiguous length is refused") {
  for (const std::string lines :
       {"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n", "Content-Length: 3\r\nContent-Length: 4\r\n\r\n",
        "Content-Length: -3\r\n\r\n", "Content-Length: 3x\r\n\r\n", "Content-Length: 18446744073709551616\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\nxyz\r\n", "Transfer-Encoding: chunked\r\n\r\n3\r\nabcX\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n10000000000000000\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"}) {
    CAPTURE(lines);
    CHECK(refusal(kPost + lines) == 400);
  }
  CHECK(refusal(kPost + "Transfer-Encoding: gzip\r\n\r\n") == 501);
  CHECK(refusal(kPost + "Transfer-Encoding: gzip, chunked\r\n\r\n") == 501);
  CHECK(refusal(kPost + "Transfer-Encoding: chunked, gzip\r\n\r\n") == 501);
  CHECK(refusal("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n") == 400);
}

TEST_CASE("a malformed request gets 400") {
  for (const std::string& garbage :
       {std::string("\x16\x03\x01\x02", 4), std::string(100, '\0'), std::string("GET\r\n\r\n"),
        std::string("GET / HTTP/2.0\r\n\r\n"), std::string("GET / HTTP/1.1\r\nno colon\r\n\r\n"),
        std::string("GET / \r\n"), std::string("GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n"),
        std::string("GET / HTTP/1.1\r\nA : b\r\n\r\n"), std::string("GET / HTTP/1.1\r\nA: \x01\r\n\r\n"),
        std::string("G\xC3\xA4T / HTTP/1.1\r\n\r\n"), std::string("GET /a b HTTP/1.1\r\n\r\n"),
        std::string("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")}) {
    CAPTURE(garbage);
    CHECK(refusal(garbage) == 400);
  }
}

TEST_CASE("a request with lines that end without a carriage return is refused") {
  for (const size_t step : {size_t{1}, size_t{100}}) {
    CHECK(parsed("GET / HTTP/1.1\nHost: a\n\n", step, kLimits).state() == State::kFailed);
    CHECK(parsed("GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", step, kLimits).state() == State::kFailed);
  }
}

TEST_CASE("an endless chunk-size line is refused") {
  RequestParser parser(kLimits);
  std::string waiting = kPost + "Transfer-Encoding: chunked\r\n\r\n1;" + std::string(100000, 'a');
  waiting.erase(0, parser.feed(waiting));
  parser.continue_with_body();
  parser.feed(waiting);
  CHECK(parser.state() == State::kFailed);
}

TEST_CASE("requesting the body before the head is complete is an internal error") {
  RequestParser parser(kLimits);
  CHECK(expect_error([&] { parser.continue_with_body(); }).kind() == ErrorKind::kInternal);
}

}  // namespace request_parser_test
