#include "text/jinja/rendered.h"

namespace hone::text::jinja::parser_statements_test {

TEST_CASE("statements are those of jinja2") { check_subject("parser_statements"); }

TEST_CASE("blocks that nest too deeply are refused") {
  std::string deep;
  for (int i = 0; i < 10'000; ++i) deep += "{% if 1 %}";
  CHECK(failure(deep) == "t.jinja:1: blocks nest deeper than 100");
}

TEST_CASE("errors of statements name the tags") {
  CHECK(failure("{% nope %}") == "t.jinja:1: Encountered unknown tag 'nope'.");
  CHECK(failure("{% if 1 %}{% endfor %}") ==
        "t.jinja:1: Encountered unknown tag 'endfor'. Jinja was looking for the following tags: 'elif' or 'else' or "
        "'endif'. The innermost block that needs to be closed is 'if'.");
  CHECK(failure("{% for a in b %}\n") ==
        "t.jinja:1: Unexpected end of template. Jinja was looking for the following tags: 'endfor' or 'else'. The "
        "innermost block that needs to be closed is 'for'.");
  CHECK(failure("{% break %}") == "t.jinja:1: 'break' outside of a loop");
  CHECK(failure("{% set 1 = 2 %}") == "t.jinja:1: can't assign to 'integer'");
  CHECK(failure("{% macro m(a=1, b) %}{% endmacro %}") == "t.jinja:1: non-default argument follows default argument");
  CHECK(failure("{% call x %}{% endcall %}") == "t.jinja:1: expected call");
  CHECK(failure("{% for loop in [] %}{% endfor %}") ==
        "t.jinja:1: Can't assign to special loop variable in for-loop target");
  CHECK(failure("{% include 'x' %}") ==
        "t.jinja:1: the tag 'include' is not supported: a chat template is a single file");
  CHECK(failure("{% autoescape true %}{% endautoescape %}") ==
        "t.jinja:1: only {% autoescape false %} is supported: chats are not HTML");
}

}  // namespace hone::text::jinja::parser_statements_test
