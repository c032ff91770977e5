#include "metric/words.h"

#include <doctest/doctest.h>

#include <string>

namespace words_test {

using namespace hone;
using Views = std::vector<std::string_view>;

// Expected: Python's str.split(), strip() and rstrip().
TEST_CASE("words stand between white space of any kind") {
  CHECK(metric::split_words("  a\tbc \n d  ") == Views{"a", "bc", "d"});
  CHECK(metric::split_words("x\u00a0y\u2003z\u3000w\u1680v") == Views{"x", "y", "z", "w", "v"});
  CHECK(metric::split_words("a\u200bb") == Views{"a\u200bb"});  // a zero-width space is none
  CHECK(metric::split_words("").empty());
  CHECK(metric::split_words(" \x1f ").empty());
}

TEST_CASE("white space at the ends is removed") {
  CHECK(metric::stripped("\u3000 a b \u00a0") == "a b");
  CHECK(metric::right_stripped(" a \u2003\n") == " a");
  CHECK(metric::stripped(" \n").empty());
}

TEST_CASE("characters are those of UTF-8; an invalid byte is one by itself") {
  const std::string text = "a\u00e9\u4e2d\U0001F600\xff\xe4\xb8";
  const auto characters = metric::characters_of(text);
  REQUIRE(characters.size() == 7);
  CHECK(characters[1].code == 0xe9);
  CHECK(characters[2].code == 0x4e2d);
  CHECK(characters[3].code == 0x1f600);
  CHECK(characters[3].bytes.size() == 4);
  CHECK(characters[4].bytes == "\xff");
  CHECK(characters[6].code == 0xb8);
}

}  // namespace words_test
