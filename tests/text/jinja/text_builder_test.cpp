#include "text/jinja/text_builder.h"

#include <doctest/doctest.h>

namespace hone::text::jinja::text_builder_test {

TEST_CASE("ranges from the context are joined, and empty ones left out") {
  TextBuilder builder(100);
  CHECK(builder.origin() == Origin::kTemplate);
  builder.append("ab", Origin::kData);
  builder.append("", Origin::kTemplate);
  builder.append("c", Origin::kData);
  CHECK(builder.origin() == Origin::kData);
  builder.append("d", Origin::kTemplate);
  builder.append("", Origin::kData);
  CHECK(builder.origin() == Origin::kMixed);
  CHECK(builder.data() == std::vector<Offset>{{0, 3}});
}

TEST_CASE("a part of a mixed text has the ranges that lie in it") {
  const Offset ranges[] = {{0, 2}, {4, 6}};
  const Text mixed{"abcdef", Origin::kMixed, false, ranges};
  TextBuilder builder(100);
  builder.append("-", Origin::kTemplate);
  builder.append_part(mixed, 1, 5);
  CHECK(builder.bytes() == "-bcde");
  CHECK(builder.data() == std::vector<Offset>{{1, 2}, {4, 5}});
}

TEST_CASE("a text that is too long is an error") {
  TextBuilder builder(1 << 20);
  builder.append(std::string(1 << 20, 'a'), Origin::kTemplate);
  CHECK_THROWS_WITH_AS(builder.append("b", Origin::kTemplate), "a text would be longer than 1 MB", Failure);
}

}  // namespace hone::text::jinja::text_builder_test
