#include "text/jinja/rendered.h"

namespace hone::text::jinja::filters_test {

TEST_CASE("unknown filters that are not used are those of jinja2") { check_subject("filters"); }

}  // namespace hone::text::jinja::filters_test
