#include "corpus/seen_texts.h"

#include <doctest/doctest.h>

#include <string>

namespace seen_texts_test {

using hone::corpus::SeenTexts;

TEST_CASE("a text is new once, also after the table has grown") {
  SeenTexts seen;
  for (int round = 0; round < 2; ++round) {
    int num_new = 0;
    for (int i = 0; i < 5000; ++i) num_new += seen.insert("text " + std::to_string(i)) ? 1 : 0;
    CHECK(num_new == (round == 0 ? 5000 : 0));
  }
  CHECK(seen.size() == 5000);
  CHECK(seen.insert("text"));
  CHECK(seen.insert("text "));
  CHECK(seen.insert(""));
  CHECK_FALSE(seen.insert(""));
}

}  // namespace seen_texts_test
