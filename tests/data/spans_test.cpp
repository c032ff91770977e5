#include "data/spans.h"

#include <doctest/doctest.h>

namespace spans_test {

using namespace hone::data;

TEST_CASE("web addresses end before what is not part of them") {
  const auto masked = [](std::string_view text) { return with_replaced(text, find_urls(text), "U"); };
  CHECK(masked("see http://a.org/x?y=1, then") == "see U, then");
  CHECK(masked("(see https://a.org/b)") == "(see U)");
  CHECK(masked("https://en.wikipedia.org/wiki/Rust_(film).") == "U.");
  CHECK(masked("WWW.A.DE and wwwhat http:// x") == "U and wwwhat http:// x");
  CHECK(masked("\xE7\x9C\x8Bhttp://t.cn/a\xE5\xA5\xBD") == "\xE7\x9C\x8BU\xE5\xA5\xBD");
}

TEST_CASE("e-mail addresses need a domain") {
  const auto masked = [](std::string_view text) { return with_replaced(text, find_emails(text), "E"); };
  CHECK(masked("write to a.b+c@x-y.co.uk. Thanks") == "write to E. Thanks");
  CHECK(masked("@user, 5@6, a@b") == "@user, 5@6, a@b");
  CHECK(masked("a@b.de,c@d.fr") == "E,E");
}

TEST_CASE("numbers keep their signs and separators together") {
  const auto masked = [](std::string_view text) { return with_replaced(text, find_numbers(text), "N"); };
  CHECK(masked("1,234.5 and -3, +4%") == "N and N, N%");
  CHECK(masked("mp3, 3rd, x_1, 10-20") == "mp3, 3rd, x_1, N-N");
  CHECK(masked("5\xE6\x98\x9F") == "N\xE6\x98\x9F");
  CHECK(masked("in 1999.") == "in N.");
}

}  // namespace spans_test
