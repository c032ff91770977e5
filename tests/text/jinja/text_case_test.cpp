#include "text/jinja/rendered.h"

namespace hone::text::jinja::text_case_test {

TEST_CASE("case methods are those of jinja2") { check_subject("text_case"); }

}  // namespace hone::text::jinja::text_case_test
