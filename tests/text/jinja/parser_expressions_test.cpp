#include "text/jinja/rendered.h"

namespace hone::text::jinja::parser_expressions_test {

TEST_CASE("precedence of expressions are those of jinja2") { check_subject("parser_expressions"); }

TEST_CASE("expressions that nest too deeply are refused") {
  const std::string message = "t.jinja:1: expressions nest deeper than 200";
  CHECK(failure("{{ " + std::string(10'000, '(') + "1") == message);
  CHECK(failure("{{ " + std::string(10'000, '[')) == message);
  std::string filters = "{{ 1", signs = "{{ ", nots = "{{ ";
  for (int i = 0; i < 10'000; ++i) {
    filters += "|abs";
    signs += "-";
    nots += "not ";
  }
  CHECK(failure(filters + " }}") == message);
  CHECK(failure(signs + "1 }}") == "t.jinja:1: too many signs");
  CHECK(failure(nots + "1 }}") == message);
}

TEST_CASE("a long sum is no deep expression") {
  std::string sum = "{{ 'a'";
  for (int i = 0; i < 5'000; ++i) sum += " + 'a'";
  CHECK(rendered(sum + " }}") == std::string(5'001, 'a'));
}

TEST_CASE("errors of syntax say what was expected") {
  CHECK(failure("{{ a b }}") == "t.jinja:1: expected token 'end of print statement', got 'b'");
  CHECK(failure("{{ f(a=1, 2) }}") == "t.jinja:1: invalid syntax for function call expression");
  CHECK(failure("{{ 1 is odd is even }}") == "t.jinja:1: You cannot chain multiple tests with is");
  CHECK(failure("{{ a. }}") == "t.jinja:1: expected name or number");
  CHECK(failure("{{ (1") == "t.jinja:1: unexpected end of template, expected ')'");
  CHECK(failure("{{ }}") == "t.jinja:1: Expected an expression, got 'end of print statement'");
  CHECK(failure("{{ a[1, 2:3] }}") == "t.jinja:1: a slice cannot stand beside other indices");
}

}  // namespace hone::text::jinja::parser_expressions_test
