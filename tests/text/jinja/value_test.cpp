#include "text/jinja/rendered.h"

namespace hone::text::jinja::value_test {

TEST_CASE("undefined and equal values are those of jinja2") { check_subject("value"); }

TEST_CASE("values that are used although they are undefined are errors") {
  CHECK(failure("{{ x + 1 }}") == "t.jinja:1: 'x' is undefined");
  CHECK(failure("{{ x < 1 }}") == "t.jinja:1: 'x' is undefined");
  CHECK(failure("{{ ('a' if false).x }}") ==
        "t.jinja:1: the inline if-expression evaluated to false and no else section was defined");
  CHECK(failure("{{ {[1]: 2} }}") == "t.jinja:1: unhashable type: 'list'");
}

}  // namespace hone::text::jinja::value_test
