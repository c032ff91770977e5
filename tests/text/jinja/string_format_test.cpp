#include "text/jinja/rendered.h"

namespace hone::text::jinja::string_format_test {

TEST_CASE("formatted texts are those of jinja2") { check_subject("string_format"); }

}  // namespace hone::text::jinja::string_format_test
