#include "text/jinja/rendered.h"

namespace hone::text::jinja::text_filters_test {

TEST_CASE("filters on texts are those of jinja2") { check_subject("text_filters"); }

}  // namespace hone::text::jinja::text_filters_test
