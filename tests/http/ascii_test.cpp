#include "http/ascii.h"

#include <doctest/doctest.h>

using namespace hone::http;

TEST_CASE("names are compared case-insensitively, for ASCII letters only") {
  CHECK(equal_ignoring_case("Content-Length", "content-lENGTH"));
  CHECK_FALSE(equal_ignoring_case("Content-Length", "Content-Lengt"));
  CHECK_FALSE(equal_ignoring_case("[", "{"));
  CHECK(lowered("AZ[\xC3\x84") == "az[\xC3\x84");
}

TEST_CASE("blanks are trimmed at both ends only") {
  CHECK(trim(" \t a b \r\n") == "a b");
  CHECK(trim(" \t ").empty());
  CHECK(trim("").empty());
}

TEST_CASE("a text is split at a separator") {
  std::string_view rest = "a,,b";
  CHECK(take_until(rest, ',') == "a");
  CHECK(take_until(rest, ',') == "");
  CHECK(take_until(rest, ',') == "b");
  CHECK(rest.empty());
}
