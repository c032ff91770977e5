#include "data/row_facts.h"

#include <doctest/doctest.h>

#include <string>

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
  CHECK(noise("a\xC2\x81 b") == kNoiseControl);                   // U+0081, of C1
  CHECK(noise("it\xC3\xA2\xC2\x80\xC2\x99s") == kNoiseMojibake);  // its U+0080 and U+0099 are parts of the mojibake
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

// What a plain loop over the characters of ASCII finds.
RowFacts plain_facts(std::string_view text) {
  RowFacts facts;
  uint32_t run = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    run = i > 0 && c == text[i - 1] ? run + 1 : 1;
    if (run == 8 && c != ' ' && c != '\n') facts.noise |= kNoiseRepeated;
    if (run == 2 && c == ' ') facts.noise |= kNoiseSpaces;
    if ((c < ' ' && (c < '\t' || c > '\r')) || c == 0x7F) facts.noise |= kNoiseControl;
  }
  facts.characters = static_cast<uint32_t>(text.size());
  return facts;
}

TEST_CASE("long texts are counted as a loop over their characters counts them") {
  constexpr uint16_t kCounted = kNoiseRepeated | kNoiseSpaces | kNoiseControl;
  uint32_t state = 3;
  const auto random = [&](uint32_t below) { return (state = state * 1664525 + 1013904223) % 65536 * below / 65536; };
  for (int trial = 0; trial < 2000; ++trial) {
    std::string text = "x";
    while (text.size() < 40 + random(400)) {
      const char c = static_cast<char>(random(10) == 0 ? random(128) : 'a' + random(20));
      text.append(random(30) == 0 ? 1 + random(12) : 1, random(6) == 0 ? ' ' : c);
    }
    text += "x";
    const RowFacts facts = facts_of_text(text), plain = plain_facts(text);
    CAPTURE(text);
    CHECK(facts.characters == plain.characters);
    CHECK((facts.noise & kCounted) == plain.noise);
  }
}

TEST_CASE("a run is found wherever it lies") {
  for (size_t begin = 0; begin < 200; ++begin) {
    std::string text;
    while (text.size() < 300) text += "abcdefghi ";
    CHECK((facts_of_text(text.substr(1)).noise & kNoiseRepeated) == 0);
    text.replace(begin, 8, "zzzzzzzz");
    CHECK((facts_of_text(text).noise & kNoiseRepeated) != 0);
    text.replace(begin, 8, "zzzzzzz_");
    CHECK((facts_of_text(text).noise & kNoiseRepeated) == 0);
    text.replace(begin, 8, "abcde  f");
    CHECK((facts_of_text(text).noise & kNoiseSpaces) != 0);
  }
}

TEST_CASE("more symbols than other characters are noise in long texts too") {
  std::string text;
  while (text.size() < 150) text += "=-a";
  CHECK((facts_of_text(text).noise & kNoiseSymbols) != 0);
  while (text.size() < 900) text += "ab-c1";
  CHECK((facts_of_text(text).noise & kNoiseSymbols) == 0);
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
