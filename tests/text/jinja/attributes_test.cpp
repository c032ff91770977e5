#include "text/jinja/rendered.h"

namespace hone::text::jinja::attributes_test {

TEST_CASE("attributes, elements and slices are those of jinja2") { check_subject("attributes"); }

TEST_CASE("an error says what was asked of what") {
  const Json context = {{"m", {{"role", "user"}}}, {"l", {1}}, {"none", nullptr}};
  CHECK(failure("\n\n{{ m.content.upper() }}", context) == "t.jinja:3: 'dict object' has no attribute 'content'");
  CHECK(failure("{{ l[5] + 1 }}", context) == "t.jinja:1: list object has no element 5");
  CHECK(failure("{{ nope.x }}", context) == "t.jinja:1: 'nope' is undefined");
  CHECK(failure("{{ m.role.nope() }}", context) == "t.jinja:1: 'str object' has no attribute 'nope'");
}

TEST_CASE("the sandbox refuses private attributes and methods that change an object") {
  const Json context = {{"l", {1}}, {"d", Json::object()}};
  CHECK(failure("{{ l.append(2) }}", context) == "t.jinja:1: access to attribute 'append' of 'list' object is unsafe");
  CHECK(failure("{{ d.update(l) }}", context) == "t.jinja:1: access to attribute 'update' of 'dict' object is unsafe");
  CHECK(failure("{{ l.__class__.x }}", context) ==
        "t.jinja:1: access to attribute '__class__' of 'list' object is unsafe");
}

TEST_CASE("parts of a text keep where they come from") {
  const Json context = {{"x", "user"}};
  CHECK(with_origins("{{ ('<' + x + '>')[1:3] }}|{{ ('<' + x)[0] }}|{{ ('<' + x + '>')[::-1] }}", context) ==
        "[us]|<|>[resu]<");
}

}  // namespace hone::text::jinja::attributes_test
