#include "http/head_scanner.h"

#include <doctest/doctest.h>

#include "expect_error.h"

namespace head_scanner_test {

using namespace hone;
using namespace hone::http;

const Limits kSmall{.header_line_bytes = 20, .header_lines = 3};

// Feeds the bytes in pieces of `step`, as they would arrive, and removes each part once it is complete.
struct Scanned {
  std::vector<std::string> parts;
  unsigned status = 0;
  std::string message;
  size_t given = 0;  // bytes until the failure
};

Scanned scanned(const std::string& bytes, size_t step, const Limits& limits = kSmall) {
  Scanned result;
  HeadScanner scanner(limits);
  std::string waiting;
  while (result.given < bytes.size() && !scanner.failure() && !scanner.is_end()) {
    waiting += bytes.substr(result.given, step);
    result.given += step;
    while (const size_t size = scanner.scan(waiting)) {
      result.parts.push_back(waiting.substr(0, size));
      waiting.erase(0, size);
    }
  }
  if (scanner.failure()) result.status = scanner.failure()->status;
  if (scanner.failure()) result.message = scanner.failure()->message;
  return result;
}

void check_refused(const std::string& bytes, unsigned status, const std::string& message) {
  for (size_t step = 1; step <= bytes.size(); ++step) {
    CAPTURE(step);
    const Scanned result = scanned(bytes, step);
    CHECK(result.status == status);
    CHECK(result.message == message);
  }
}

const std::string kGet = "GET / HTTP/1.1\r\n";

TEST_CASE("a head is the request line and the header lines, however its bytes are divided") {
  const std::string lines = "A: 1\r\nB: 2\r\nC: 3\r\n\r\n";
  const std::string bytes = kGet + lines + "body\n\n";
  for (size_t step = 1; step <= bytes.size(); ++step) {
    CAPTURE(step);
    CHECK(scanned(bytes, step).parts == std::vector<std::string>{kGet, lines});
  }
  CHECK(scanned(kGet + "\r\n", 1).parts == std::vector<std::string>{kGet, "\r\n"});
}

TEST_CASE("a line of the maximum length is accepted, and one byte more is refused as soon as it arrives") {
  const std::string line = "GET /12345 HTTP/1.1\r\n";  // 19 bytes and the line end
  CHECK(scanned("GET /123456 HTTP/1.1\r\n\r\n", 1).status == 0);
  check_refused("GET /1234567 HTTP/1.1", 414, "the request line, with the target in it, is longer than 20 bytes");
  CHECK(scanned(kGet + "Name: " + std::string(14, 'v') + "\r\n\r\n", 1).parts.size() == 2);
  check_refused(kGet + "Name: " + std::string(15, 'v'), 431, "the header Name is longer than 20 bytes");
  CHECK(scanned(kGet + "Name: " + std::string(15, 'v') + "\r\n", 1).given == kGet.size() + 21);
  check_refused(kGet + std::string(21, 'n'), 431, "the header " + std::string(21, 'n') + " is longer than 20 bytes");
  CHECK(scanned(line + "\r\n", 1).status == 0);
}

TEST_CASE("the maximum number of header lines is accepted, and one more is refused when it begins") {
  CHECK(scanned(kGet + "A: 1\r\nB: 2\r\nC: 3\r\n\r\n", 1).status == 0);
  check_refused(kGet + "A: 1\r\nB: 2\r\nC: 3\r\nD", 431, "the request has more than 3 headers");
}

TEST_CASE("a byte that no line may contain is refused at once") {
  const std::string control = "not an HTTP/1.1 request: its head has an invalid character";
  check_refused("\x16", 400, control);
  check_refused(std::string(1, '\0'), 400, control);
  check_refused("GET / HTTP/1.1\n", 400, control);
  check_refused("GET /\rx", 400, control);
  check_refused(kGet + "A: \x7f", 400, control);
  check_refused(kGet + "A: 1\r\n b", 400, "a header line begins with a blank: folded lines are not supported");
  CHECK(scanned(kGet + "A:\t\xC3\xA4\r\n\r\n", 1).status == 0);
}

TEST_CASE("the origin is found in an incomplete head") {
  CHECK(find_origin(kGet + "Host: a\r\nORIGIN:  https://a.example \r\nA: 1") == "https://a.example");
  CHECK(find_origin(kGet + "Origin: https://a.exam").empty());  // may be incomplete
  CHECK(find_origin("Origins: a\r\nX-Origin: b\r\n").empty());
  CHECK(find_origin("").empty());
  CHECK(find_origin("A: 1\r\n\r\nOrigin: https://a.example\r\n").empty());  // the body
  for (const std::string bad : {"a\rb", "a\x01", "a\x7f"}) CHECK(find_origin("Origin: " + bad + "\n").empty());
  CHECK(find_origin("Origin: a" + std::string(1, '\0') + "b\n").empty());
}

}  // namespace head_scanner_test
