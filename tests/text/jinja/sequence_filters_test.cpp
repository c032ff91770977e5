#include "text/jinja/rendered.h"

namespace hone::text::jinja::sequence_filters_test {

TEST_CASE("filters on lists are those of jinja2") { check_subject("sequence_filters"); }

}  // namespace hone::text::jinja::sequence_filters_test
