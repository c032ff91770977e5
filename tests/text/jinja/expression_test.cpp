#include "text/jinja/expression.h"

#include "text/jinja/rendered.h"

namespace hone::text::jinja::expression_test {

TEST_CASE("what cannot be called names its type") {
  CHECK(failure("{{ 5() }}") == "t.jinja:1: 'int' object is not callable");
  CHECK(failure("{{ nope() }}") == "t.jinja:1: 'nope' is undefined");
  CHECK(failure("{{ dict(**5) }}") == "t.jinja:1: argument after ** must be a mapping, not int");
  CHECK(failure("{{ dict(**{1: 2}) }}") == "t.jinja:1: keywords must be strings");
}

TEST_CASE("lists and dicts can be given as arguments") {
  CHECK(rendered("{{ dict(*[[('a', 1)]], **{'b': 2}) }}{{ range(*[1, 3]) | list }}") == "{'a': 1, 'b': 2}[1, 2]");
}

TEST_CASE("the error of an expression of several lines has the line of its part") {
  CHECK(failure("{{ 1 +\n 2 +\n nope.x }}") == "t.jinja:3: 'nope' is undefined");
}

TEST_CASE("sums of other values than texts are computed from the left") {
  CHECK(rendered("{{ 1 + 2 + 3 }}{{ [1] + [2] + [3] }}{{ 1 + 2.5 + true }}{{ 'a' + ('<' | e) + '<' }}") ==
        "6[1, 2, 3]4.5a&lt;&lt;");
  CHECK(failure("{{ 'a' + 'b' + 1 }}") == "t.jinja:1: can only concatenate str (not \"int\") to str");
}

}  // namespace hone::text::jinja::expression_test
