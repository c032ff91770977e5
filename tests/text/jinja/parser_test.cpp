#include "text/jinja/parser.h"

#include "text/jinja/rendered.h"

namespace hone::text::jinja::parser_test {

TEST_CASE("a template without tags is one text") {
  const std::string name = "t";
  CHECK(Parser(tokenize("a\nb", name), name).parse().size() == 1);
  CHECK(Parser(tokenize("", name), name).parse().empty());
}

TEST_CASE("deep nesting is refused before it uses the stack") {
  for (const char* piece : {"(", "[", "{1:", "-", "not ", "a[", "f(", "1 if ", "1 if 1 else ", "{% for a in [",
                            "{% if (", "{% set (", "{% set a = ("}) {
    std::string source = std::string(piece).starts_with("{%") ? "" : "{{ ";
    for (int i = 0; i < 20'000; ++i) source += piece;
    CAPTURE(piece);
    CHECK(failure(source).starts_with("t.jinja:1: "));
  }
}

TEST_CASE("what needs other files is refused") {
  for (const std::string tag : {"block x", "extends 'x'", "include 'x'", "import 'x' as y", "from 'x' import y"}) {
    CHECK(failure("{% " + tag + " %}").ends_with("is not supported: a chat template is a single file"));
  }
}

}  // namespace hone::text::jinja::parser_test
