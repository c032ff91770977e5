#include "text/jinja/rendered.h"

namespace hone::text::jinja::number_filters_test {

TEST_CASE("filters on numbers are those of jinja2") { check_subject("number_filters"); }

}  // namespace hone::text::jinja::number_filters_test
