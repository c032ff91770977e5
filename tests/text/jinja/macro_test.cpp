#include "text/jinja/rendered.h"

namespace hone::text::jinja::macro_test {

TEST_CASE("macros and call blocks are those of jinja2") { check_subject("macro"); }

TEST_CASE("macros that call each other without end are refused") {
  const std::string message = "t.jinja:1: macros or recursive loops call each other more than 200 deep";
  CHECK(failure("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}") == message);
  CHECK(failure("{% for a in [1] recursive %}{{ loop([1]) }}{% endfor %}") == message);
}

TEST_CASE("wrong arguments are errors") {
  CHECK(failure("{% macro m(a) %}{% endmacro %}{{ m(1, 2) }}") ==
        "t.jinja:1: macro 'm' takes not more than 1 argument(s)");
  CHECK(failure("{% macro m(a) %}{% endmacro %}{{ m(b=1) }}") == "t.jinja:1: macro 'm' takes no keyword argument 'b'");
  CHECK(failure("{% macro m(a) %}{{ a.x }}{% endmacro %}{{ m() }}") == "t.jinja:1: parameter 'a' was not provided");
  CHECK(failure("{% macro m() %}{{ caller() }}{% endmacro %}{{ m() }}") == "t.jinja:1: No caller defined");
}

}  // namespace hone::text::jinja::macro_test
