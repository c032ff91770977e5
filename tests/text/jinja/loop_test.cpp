#include "text/jinja/rendered.h"

namespace hone::text::jinja::loop_test {

TEST_CASE("loops are those of jinja2") { check_subject("loop"); }

TEST_CASE("a loop over what cannot be iterated names the type and the line") {
  CHECK(failure("\n{% for a in 5 %}{% endfor %}") == "t.jinja:2: 'int' object is not iterable");
  CHECK(failure("{% for a, b in [[1]] %}{% endfor %}") == "t.jinja:1: not enough values to unpack (expected 2, got 1)");
  CHECK(failure("{% for a, b in [[1, 2, 3]] %}{% endfor %}") == "t.jinja:1: too many values to unpack (expected 2)");
  CHECK(failure("{% for a in [1] %}{{ loop([]) }}{% endfor %}") ==
        "t.jinja:1: The loop must have the 'recursive' marker to be called recursively.");
}

}  // namespace hone::text::jinja::loop_test
