#include "text/jinja/arguments.h"

#include <doctest/doctest.h>

namespace hone::text::jinja::arguments_test {

const Signature kSignature{"f", "_a b c", 1};

TEST_CASE("arguments are bound by place and by name") {
  const Value values[] = {Value::integer(1), Value::integer(2)};
  const Keyword keywords[] = {{"c", Value::integer(3)}};
  const Arguments arguments{values, keywords};
  const Bound bound(kSignature, arguments);
  CHECK(bound.integer_at(0, 0) == 1);
  CHECK(bound.integer_at(1, 0) == 2);
  CHECK(bound.integer_at(2, 0) == 3);
  const Arguments one{std::span(values).first(1), {}};
  CHECK(Bound(kSignature, one).integer_at(2, 9) == 9);
}

TEST_CASE("missing, unknown, doubled and too many arguments are errors") {
  const Value values[] = {Value::integer(1), Value::integer(2), Value::integer(3), Value::integer(4)};
  const Keyword unknown[] = {{"d", Value()}}, doubled[] = {{"b", Value::integer(1)}}, hidden[] = {{"_a", Value()}};
  const auto bind = [](Arguments arguments) { Bound(kSignature, arguments); };
  CHECK_THROWS_WITH(bind({}), "f() missing 1 required positional argument: 'a'");
  CHECK_THROWS_WITH(bind({values, {}}), "f() takes at most 3 arguments (4 given)");
  CHECK_THROWS_WITH(bind({std::span(values).first(1), unknown}), "f() got an unexpected keyword argument 'd'");
  CHECK_THROWS_WITH(bind({{}, hidden}), "f() got an unexpected keyword argument '_a'");
  CHECK_THROWS_WITH(bind({std::span(values).first(2), doubled}), "f() got multiple values for argument 'b'");
}

}  // namespace hone::text::jinja::arguments_test
