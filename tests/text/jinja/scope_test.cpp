#include "text/jinja/rendered.h"

namespace hone::text::jinja::scope_test {

TEST_CASE("the scopes of variables are those of jinja2") { check_subject("scope"); }

TEST_CASE("attributes are set on namespaces only") {
  CHECK(failure("{% set d = {} %}\n{% set d.x = 1 %}") ==
        "t.jinja:2: cannot assign attribute on non-namespace object 'd'");
  CHECK(failure("{% set n = namespace() %}{% set n._x = 1 %}") ==
        "t.jinja:1: a namespace cannot have the attribute '_x', which begins with an underscore");
}

TEST_CASE("an unknown filter is an error, in an if only when it is used") {
  CHECK(failure("{{ 1 | nope }}") == "t.jinja:1: No filter named 'nope'.");
  CHECK(failure("{{ 1 is nope }}") == "t.jinja:1: No test named 'nope'.");
  CHECK(failure("{% if true %}{{ 1 | nope }}{% endif %}") == "t.jinja:1: No filter named 'nope' found.");
}

}  // namespace hone::text::jinja::scope_test
