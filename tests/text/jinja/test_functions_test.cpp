#include "text/jinja/rendered.h"

namespace hone::text::jinja::test_functions_test {

TEST_CASE("tests are those of jinja2") { check_subject("test_functions"); }

}  // namespace hone::text::jinja::test_functions_test
