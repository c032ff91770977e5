#include "text/clean_up.h"

#include <doctest/doctest.h>

#include <random>

#include "text/decoder_stage.h"

namespace hone::text::clean_up_test {

TEST_CASE("clean-up returns the same as in transformers") {
  CHECK(clean_up_spaces("it ' s , isn n't it ? i 'm") == "it's, isnn't it? i'm");
  CHECK(clean_up_spaces("do not") == "do not");
  CHECK(clean_up_token("do not") == "do not");
  CHECK(clean_up_token("i do not") == "i don't");
}

TEST_CASE("the sink passes on the clean-up of all that it receives, in whatever parts") {
  std::mt19937 draw(1);
  const std::string characters = "   ''nvremst.,?!aX";
  for (int i = 0; i < 3000; ++i) {
    std::string all, result;
    const auto sink = make_clean_up_sink(std::make_unique<TextSink>(result));
    for (int part = 0; part < 8; ++part) {
      std::string text;
      for (size_t j = draw() % 4; j > 0; --j) text += characters[draw() % characters.size()];
      all += text;
      sink->put({text});
    }
    sink->finish();
    CAPTURE(all);
    CHECK(result == clean_up_spaces(all));
  }
}

TEST_CASE("ends of words become spaces, and white space at the ends is lost, in whatever parts") {
  std::mt19937 draw(2);
  const std::string_view units[] = {"</w>",     "</w>", "<",  "</",   "/w>",         "a",
                                    "\xC3\xA9", " ",    "\n", "\x1C", "\xE3\x80\x80"};
  for (int i = 0; i < 3000; ++i) {
    std::string all, result;
    const auto sink = make_word_end_sink("</w>", std::make_unique<TextSink>(result));
    for (int part = 0; part < 6; ++part) {
      std::string text;
      for (size_t j = draw() % 3; j > 0; --j) text += units[draw() % std::size(units)];
      all += text;
      sink->put({text});
    }
    sink->finish();
    CAPTURE(all);
    std::string expected = all;
    for (size_t found; (found = expected.find("</w>")) != std::string::npos;) expected.replace(found, 4, " ");
    for (bool is_changed = true; is_changed;) {
      is_changed = false;
      for (const std::string_view space : {" ", "\n", "\x1C", "\xE3\x80\x80"}) {
        if (expected.starts_with(space)) expected.erase(0, space.size()), is_changed = true;
        if (expected.ends_with(space)) expected.erase(expected.size() - space.size()), is_changed = true;
      }
    }
    CHECK(result == expected);
  }
}

}  // namespace hone::text::clean_up_test
