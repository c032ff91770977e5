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

}  // namespace hone::text::clean_up_test
