#include "text/jinja/rendered.h"

namespace hone::text::jinja::text_split_test {

TEST_CASE("split and the others that cut a text are those of jinja2") { check_subject("text_split"); }

TEST_CASE("the parts of a text keep where they come from") {
  CHECK(with_origins("{% for p in ('a,' + x).split(',') %}{{ p }};{% endfor %}{{ ('a ' + x).partition('b')[2] }}",
                     {{"x", "b,c"}}) == "a;[b];[c];[,c]");
}

}  // namespace hone::text::jinja::text_split_test
