#include "data/stop_words.h"

#include <doctest/doctest.h>

namespace stop_words_test {

using namespace hone::data;

TEST_CASE("English stop words go with the space before them, negations stay") {
  CHECK(without_stop_words("This is not a good film", "en") == "not good film");
  CHECK(without_stop_words("The end, and then?", "en") == "end,?");
  CHECK(without_stop_words("theory of everything", "en") == "theory everything");
  CHECK(without_stop_words("", "en").empty());
}

TEST_CASE("Chinese stop words go, words that contain one stay") {
  // "my purpose is not there": "my" (two stop words) goes, "purpose" stays, the negation stays.
  CHECK(without_stop_words("\xE6\x88\x91\xE7\x9A\x84\xE7\x9B\xAE\xE7\x9A\x84\xE4\xB8\x8D\xE5\x9C\xA8\xE8\xBF\x99",
                           "zh") == "\xE7\x9B\xAE\xE7\x9A\x84\xE4\xB8\x8D\xE5\x9C\xA8");
  CHECK(without_stop_words("abc", "zh") == "abc");
}

}  // namespace stop_words_test
