#include "text/jinja/rendered.h"

namespace hone::text::jinja::string_literal_test {

TEST_CASE("escapes of strings are those of jinja2") { check_subject("string_literal"); }

}  // namespace hone::text::jinja::string_literal_test
