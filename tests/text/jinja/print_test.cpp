#include "text/jinja/rendered.h"

namespace hone::text::jinja::print_test {

TEST_CASE("printed values are those of jinja2") { check_subject("print"); }

}  // namespace hone::text::jinja::print_test
