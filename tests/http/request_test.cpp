#include "http/request.h"

#include <doctest/doctest.h>

#include "expect_error.h"

using namespace hone;
using namespace hone::http;

TEST_CASE("header() finds the first header of a name, case-insensitively") {
  Headers headers;
  headers.add("X-Name", "one");
  headers.add("x-name", "two");
  CHECK(headers.find("x-NAME") == "one");
  CHECK(headers.count("X-name") == 2);
  CHECK(headers.find("other").empty());
  CHECK(headers.size() == 2);
  CHECK(headers.lines()[1].second == "two");
}

TEST_CASE("query and path parameters are found by name") {
  const Request request{.query = {{"from", "1"}, {"from", "2"}, {"empty", ""}}, .parameters = {{"id", "run"}}};
  CHECK(request.query_value("from") == "1");
  CHECK(request.query_value("empty") == "");
  CHECK_FALSE(request.query_value("to").has_value());
  CHECK(request.parameter("id") == "run");
  CHECK(expect_error([&] { request.parameter("di"); }).kind() == ErrorKind::kInternal);
}
