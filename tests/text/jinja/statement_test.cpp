#include "text/jinja/rendered.h"

namespace hone::text::jinja::statement_test {

TEST_CASE("if, set, with and filter blocks are those of jinja2") { check_subject("statement"); }

}  // namespace hone::text::jinja::statement_test
