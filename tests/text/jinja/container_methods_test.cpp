#include "text/jinja/rendered.h"

namespace hone::text::jinja::container_methods_test {

TEST_CASE("methods of dicts and lists are those of jinja2") { check_subject("container_methods"); }

}  // namespace hone::text::jinja::container_methods_test
