#include "text/jinja/rendered.h"

namespace hone::text::jinja::print_json_test {

TEST_CASE("JSON is that of jinja2") { check_subject("print_json"); }

}  // namespace hone::text::jinja::print_json_test
