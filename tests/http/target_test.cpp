#include "http/target.h"

#include <doctest/doctest.h>

using namespace hone::http;

TEST_CASE("a target is split and decoded") {
  const auto target = parse_target("/a%20b/c%2Fd/?x=1&y=a+b%2B&z&=&w=1=2#part");
  REQUIRE(target.has_value());
  CHECK(target->path == "/a b/c/d/");
  CHECK(target->raw_path == "/a%20b/c%2Fd/");
  CHECK(target->segments == std::vector<std::string>{"a b", "c/d", ""});
  CHECK(target->query == NamedValues{{"x", "1"}, {"y", "a b+"}, {"z", ""}, {"", ""}, {"w", "1=2"}});
  CHECK(target->authority.empty());
  CHECK(parse_target("/")->segments == std::vector<std::string>{""});
  CHECK(parse_target("/a+b")->path == "/a+b");
  CHECK(parse_target("/%E6%AD%A3")->path == "/\xE6\xAD\xA3");
}

TEST_CASE("a target may be an absolute URL") {
  CHECK(parse_target("http://localhost:8000/a?b")->authority == "localhost:8000");
  CHECK(parse_target("http://localhost:8000/a?b")->path == "/a");
  CHECK(parse_target("HTTPS://x")->path == "/");
  CHECK_FALSE(parse_target("http:///a").has_value());
  CHECK_FALSE(parse_target("http://x?a").has_value());
}

TEST_CASE("a malformed target is refused") {
  for (const char* wrong : {"", "a", "*", "?a", "ftp://x/", "/%", "/%4", "/%zz", "/%ff", "/a?b=%ff", "/%00", "/%C0%80",
                            "/\xff", "/%ED%A0%80", "/a?%=1"}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_target(wrong).has_value());
  }
}

TEST_CASE("percent-encoding is decoded everywhere, a plus only in the query") {
  CHECK(percent_decoded("%41%6a+", false) == "Aj+");
  CHECK(percent_decoded("+", true) == " ");
  CHECK_FALSE(percent_decoded("%4", true).has_value());
  CHECK_FALSE(percent_decoded("%g1", true).has_value());
}
