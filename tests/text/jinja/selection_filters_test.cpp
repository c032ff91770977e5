#include "text/jinja/rendered.h"

namespace hone::text::jinja::selection_filters_test {

TEST_CASE("map and select are those of jinja2") { check_subject("selection_filters"); }

}  // namespace hone::text::jinja::selection_filters_test
