#include "data/cleaned_texts.h"

#include <doctest/doctest.h>

namespace cleaned_texts_test {

using namespace hone::data;

TEST_CASE("texts are kept by row, empty ones too") {
  CleanedTexts texts(10, 4);
  texts.add(0, "first");
  texts.add(3, "");
  texts.add(9, "last");
  CHECK(texts.text(0) == "first");
  CHECK(texts.text(3) == "");
  CHECK(texts.text(9) == "last");
  CHECK(texts.text(1) == std::nullopt);
  CHECK(texts.text(5) == std::nullopt);
}

TEST_CASE("no text is kept beyond the limit") {
  CleanedTexts texts(10, 4, 8);
  texts.add(0, "12345");
  texts.add(1, "6789");
  CHECK(texts.text(0) == "12345");
  CHECK(texts.text(1) == std::nullopt);
}

}  // namespace cleaned_texts_test
