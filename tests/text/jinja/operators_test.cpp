#include "text/jinja/rendered.h"

namespace hone::text::jinja::operators_test {

TEST_CASE("operators are those of jinja2") { check_subject("operators"); }

TEST_CASE("an integer that does not fit into 64 bits is an error") {
  const std::string message = "t.jinja:1: an integer does not fit into 64 bits";
  CHECK(failure("{{ 9223372036854775807 + 1 }}") == message);
  CHECK(failure("{{ 2 ** 63 }}") == message);
  CHECK(failure("{{ 3037000500 * 3037000500 }}") == message);
  CHECK(failure("{{ '9223372036854775808' | int }}") == message);
  CHECK(rendered("{{ 2 ** 62 + (2 ** 62 - 1) }}") == "9223372036854775807");
}

TEST_CASE("errors of operators are those of Python") {
  CHECK(failure("{{ 'a' + 1 }}") == "t.jinja:1: can only concatenate str (not \"int\") to str");
  CHECK(failure("{{ 1 - 'a' }}") == "t.jinja:1: unsupported operand type(s) for -: 'int' and 'str'");
  CHECK(failure("{{ 'a' < 1 }}") == "t.jinja:1: '<' not supported between instances of 'str' and 'int'");
  CHECK(failure("{{ 1 // 0 }}") == "t.jinja:1: integer division or modulo by zero");
  CHECK(failure("{{ 1 in 'a' }}") == "t.jinja:1: 'in <string>' requires string as left operand, not int");
  CHECK(failure("{{ 1 in 5 }}") == "t.jinja:1: argument of type 'int' is not iterable");
  CHECK(failure("{{ -'a' }}") == "t.jinja:1: bad operand type for unary -: 'str'");
}

TEST_CASE("joined texts keep which parts come from the context") {
  CHECK(with_origins("{{ 'a' + x + 'b' }}{{ x ~ 1 ~ x }}{{ 'c' * 2 }}{{ x * 2 }}", {{"x", "U"}}) ==
        "a[U]b[U]1[U]cc[UU]");
}

}  // namespace hone::text::jinja::operators_test
