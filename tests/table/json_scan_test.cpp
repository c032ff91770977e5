#include "table/json_scan.h"

#include <doctest/doctest.h>

using namespace hone::table;

TEST_CASE("the end of a value is found for any content of its strings") {
  CHECK(value_end("{\"a\": \"}]\\\"{\"} rest", 0) == 14);
  CHECK(value_end("[[1], [2]], 3", 0) == 10);
  CHECK(value_end("x\"a\\\\\"y", 1) == 6);
  CHECK(value_end("12, 3", 0) == 2);
  CHECK(value_end("true]", 0) == 4);
}

TEST_CASE("an incomplete value has no end") {
  for (const char* text : {"{\"a\": 1", "\"abc", "\"abc\\", "[1, [2]", "12", ""}) {
    CAPTURE(text);
    CHECK(value_end(text, 0) == std::string_view::npos);
  }
  CHECK(value_end("1", 5) == std::string_view::npos);
}

TEST_CASE("white space is skipped") {
  CHECK(skip_space(" \t\r\n{", 0) == 4);
  CHECK(skip_space("  ", 0) == 2);
  CHECK(skip_space("a", 0) == 0);
}
