#include "data/html.h"

#include <doctest/doctest.h>

#include "data/data_fixture.h"

namespace html_test {

using namespace hone;
using namespace hone::data;

TEST_CASE("entities are decoded as Python's html.unescape does") {
  for (const Json& row : data_fixture().at("entities")) {
    const auto text = row[0].get<std::string>();
    CAPTURE(text);
    CHECK(without_entities(text) == row[1].get<std::string>());
  }
}

TEST_CASE("a reference needs a semicolon to count as noise") {
  CHECK(has_entity("fish &amp; chips"));
  CHECK(has_entity("it&#39;s"));
  CHECK_FALSE(has_entity("R&D, AT&T, a & b; &unknown;"));
}

TEST_CASE("only elements of HTML are tags") {
  CHECK(has_tag("one<br />two"));
  CHECK(has_tag("<P class=\"x\">"));
  CHECK(has_tag("a <!-- b --> c"));
  CHECK_FALSE(has_tag("<unk> I <3 it, a < b > c, <s"));
}

TEST_CASE("tags of blocks leave a space, those of words leave nothing") {
  CHECK(without_tags("Good.<br /><br />Bad.") == "Good. Bad.");
  CHECK(without_tags("<p>one</p> <p>two</p>") == " one two ");
  CHECK(without_tags("un<b>believ</b>able") == "unbelievable");
  CHECK(without_tags("a<script>if (x < 1) { alert('<p>'); }</script>b") == "a b");
  CHECK(without_tags("I <3 it & <unk>") == "I <3 it & <unk>");
  CHECK(without_tags("&lt;p&gt; stays") == "&lt;p&gt; stays");
}

TEST_CASE("a tag that does not end is text") {
  CHECK(without_tags("see <a href=") == "see <a href=");
  CHECK(without_tags("<!-- never closed") == "<!-- never closed");
  CHECK(without_tags("<script>no end") == " no end");
}

}  // namespace html_test
