#include "text/jinja/rendered.h"

namespace hone::text::jinja::text_search_test {

TEST_CASE("find and the others that search a text are those of jinja2") { check_subject("text_search"); }

}  // namespace hone::text::jinja::text_search_test
