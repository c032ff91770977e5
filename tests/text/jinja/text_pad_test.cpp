#include "text/jinja/rendered.h"

namespace hone::text::jinja::text_pad_test {

TEST_CASE("strip, replace and the methods for the ends of a text are those of jinja2") { check_subject("text_pad"); }

TEST_CASE("stripped, padded and replaced texts keep where their parts come from") {
  CHECK(
      with_origins(
          "{{ (' a' + x).strip() }}|{{ x.center(4, '*') }}|{{ ('a' + x).replace('a', 'c') }}|{{ x.join(['1', '2']) }}",
          {{"x", "b "}}) == "a[b]|*[b ]*|c[b ]|1[b ]2");
}

}  // namespace hone::text::jinja::text_pad_test
