#include "base/lines.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace lines_test {

using Lines = std::vector<std::string>;

Lines lines_of(std::string_view text) {
  Lines lines;
  hone::for_each_line(text, [&](std::string_view line, size_t number) {
    CHECK(number == lines.size() + 1);
    lines.emplace_back(line);
  });
  return lines;
}

TEST_CASE("lines end with a line feed, alone or behind a carriage return, or with the text") {
  CHECK(lines_of("") == Lines{});
  CHECK(lines_of("\n") == Lines{""});
  CHECK(lines_of("a\n\nb") == Lines{"a", "", "b"});
  CHECK(lines_of("a\r\nb\rc\r\n") == Lines{"a", "b\rc"});
  CHECK(lines_of("a\r") == Lines{"a"});
}

}  // namespace lines_test
