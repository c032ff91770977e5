#include "text/jinja/rendered.h"

namespace hone::text::jinja::lexer_test {

TEST_CASE("white space, comments and raw blocks are those of jinja2") { check_subject("lexer"); }

TEST_CASE("the line of an error is counted through tags, comments and raw blocks") {
  CHECK(failure("a\n{# x\n#}\n{% raw %}\n{% endraw %}\n{{ a.b }}") == "t.jinja:6: 'a' is undefined");
  CHECK(failure("\r\n\r{{ 1 +\n }}") == "t.jinja:4: unexpected 'end of print statement'");
}

TEST_CASE("a token that no rule knows names its place") {
  CHECK(failure("x {{ ? }}") == "t.jinja:1: unexpected char '?' at 5");
  CHECK(failure("{{ (1] }}") == "t.jinja:1: unexpected ']', expected ')'");
  CHECK(failure("{{ 1) }}") == "t.jinja:1: unexpected ')'");
  CHECK(failure("{# x") == "t.jinja:1: Missing end of comment tag");
  CHECK(failure("{% raw %}x") == "t.jinja:1: Missing end of raw directive");
  CHECK(failure("{{ 9223372036854775808 }}") == "t.jinja:1: the number 9223372036854775808 does not fit into 64 bits");
  CHECK(failure("{{ '\\x4' }}") == "t.jinja:1: truncated \\xXX escape");
  CHECK(failure("{{ '\\ud800' }}") == "t.jinja:1: an escape stands for half of a character (a surrogate)");
}

}  // namespace hone::text::jinja::lexer_test
