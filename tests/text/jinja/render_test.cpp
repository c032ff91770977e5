#include "text/jinja/render.h"

#include <doctest/doctest.h>

namespace hone::text::jinja::render_test {

TEST_CASE("a dict of many keys finds each, and a later entry replaces an earlier one") {
  Render render(Limits{});
  std::vector<Entry> entries;
  for (int i = 0; i < 1000; ++i) entries.push_back({Value::integer(i % 500), Value::integer(i)});
  const Value dict = render.dict(entries);
  REQUIRE(dict.dict().entries.size() == 500);
  CHECK(dict.dict().find(Value::integer(7))->as_integer() == 507);
  CHECK(dict.dict().find(Value::real(7))->as_integer() == 507);  // 7.0 == 7
  CHECK(dict.dict().find(Value::integer(500)) == nullptr);
  CHECK(dict.dict().find("7") == nullptr);
  CHECK(dict.dict().entries[0].value.as_integer() == 500);
}

TEST_CASE("a part of a text has its part of the origins") {
  Render render(Limits{});
  TextBuilder builder(100);
  builder.append("ab", Origin::kTemplate);
  builder.append("cd", Origin::kData);
  const Value text = render.text(builder);
  CHECK(render.part(text, 0, 4).pointer() == text.pointer());
  CHECK(render.part(text, 0, 2).text().origin == Origin::kTemplate);
  CHECK(render.part(text, 2, 4).text().origin == Origin::kData);
  CHECK(render.part(text, 1, 3).text().origin == Origin::kMixed);
  CHECK(render.part(text, 1, 3).bytes() == "bc");
}

TEST_CASE("steps are limited") {
  Render render(Limits{.max_steps = 3'000'000});
  render.charge(3'000'000);
  CHECK_THROWS_WITH_AS(render.charge(1), "the template does more than 3 million steps: it may loop for ever", Failure);
}

}  // namespace hone::text::jinja::render_test
