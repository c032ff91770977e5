#include "text/jinja/rendered.h"

namespace hone::text::jinja::globals_test {

TEST_CASE("global functions are those of jinja2") { check_subject("globals"); }

TEST_CASE("wrong arguments of global functions are errors") {
  CHECK(failure("{{ range(100001) }}") ==
        "t.jinja:1: Range too big. The sandbox blocks ranges larger than MAX_RANGE (100000).");
  CHECK(failure("{{ range(1, 2, 0) }}") == "t.jinja:1: range() arg 3 must not be zero");
  CHECK(failure("{{ raise_exception() }}") ==
        "t.jinja:1: raise_exception() missing 1 required positional argument: 'message'");
  CHECK(failure("{{ cycler() }}") == "t.jinja:1: at least one item has to be provided");
  CHECK(failure("{{ dict([1]) }}") == "t.jinja:1: 'int' object is not iterable");
}

}  // namespace hone::text::jinja::globals_test
