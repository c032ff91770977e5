#include "data/mojibake.h"

#include <doctest/doctest.h>

#include "data/data_fixture.h"

namespace mojibake_test {

using namespace hone;
using namespace hone::data;

TEST_CASE("texts are repaired, and correct texts stay, as ftfy does") {
  for (const Json& row : data_fixture().at("mojibake")) {
    const auto text = row[0].get<std::string>(), right = row[1].get<std::string>();
    CAPTURE(text);
    CHECK(without_mojibake(text) == right);
    CHECK(has_mojibake(text) == (text != right));
  }
}

TEST_CASE("a text that was damaged twice is repaired") {
  CHECK(without_mojibake("caf\xC3\x83\xC6\x92\xC3\x82\xC2\xA9") == "caf\xC3\xA9");
}

TEST_CASE("control characters of Windows-1252 become its characters, as ftfy's fix_c1_controls does") {
  CHECK(without_mojibake("well\xC2\x85 yes \xC2\x96 no") == "well\xE2\x80\xA6 yes \xE2\x80\x93 no");
  CHECK(has_mojibake("well\xC2\x85"));
  CHECK_FALSE(has_mojibake("5\xC2\xB0"));
}

TEST_CASE("damaged GBK is found but stays") {
  const std::string text = "\xE9\x94\x9F\xE6\x96\xA4\xE6\x8B\xB7";
  CHECK(has_mojibake(text));
  CHECK(without_mojibake(text) == text);
}

}  // namespace mojibake_test
