#include "data/row_facts.h"

#include <doctest/doctest.h>

namespace row_facts_test {

using namespace hone::data;

TEST_CASE("characters are code points, and white space around a text does not change its hash") {
  CHECK(facts_of_text("caf\xC3\xA9").characters == 4);
  CHECK(facts_of_text(" good ").text_hash == facts_of_text("good").text_hash);
  CHECK(facts_of_text("good").text_hash != facts_of_text("Good").text_hash);
  CHECK(facts_of_text(" \n\t").is_blank);
}

TEST_CASE("each kind of noise is found alone") {
  const auto noise = [](std::string_view text) { return facts_of_text(text).noise; };
  CHECK(noise("A plain text, with signs: 100% fine!") == 0);
  CHECK(noise("one<br/>two") == kNoiseHtmlTag);
  CHECK(noise("fish &amp; chips") == kNoiseEntity);
  CHECK(noise("a\x01 b") == kNoiseControl);
  CHECK(noise("a\xE2\x80\x8B b") == kNoiseInvisible);
  CHECK(noise("it\xC3\xA2\xE2\x82\xAC\xE2\x84\xA2s") == kNoiseMojibake);
  CHECK(noise("a\xEF\xBF\xBD b") == kNoiseReplacement);
  CHECK(noise("see http://a.org now") == kNoiseUrl);
  CHECK(noise("mail me@a.org now") == kNoiseEmail);
  CHECK(noise("sooooooooo good") == kNoiseRepeated);
  CHECK(noise("two  spaces") == kNoiseSpaces);
  CHECK(noise("\xEF\xBC\xA1 good text") == kNoiseFullWidth);
  CHECK(noise("!?!?!? a") == kNoiseSymbols);
}

TEST_CASE("the joiner of emoji is not invisible noise") {
  CHECK((facts_of_text("\xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9 two people").noise & kNoiseInvisible) == 0);
}

TEST_CASE("the script is that of most letters") {
  CHECK(facts_of_text("abc \xE4\xB8\xAD").script == Script::kLatin);
  CHECK(facts_of_text("a \xE4\xB8\xAD\xE5\x9B\xBD").script == Script::kHan);
  CHECK(facts_of_text("123 ...").script == Script::kNone);
  CHECK(facts_of_text("\xE4\xB8\xAD\xE5\x9B\xBD\xE3\x81\xAE").language == Language::kJapanese);
}

}  // namespace row_facts_test
