#include "generate/answer_text.h"

#include <doctest/doctest.h>

#include "expect_error.h"

namespace answer_text_test {

using namespace hone;
using namespace hone::generate;

const text::Tokenizer& tokenizer() {
  static const text::Tokenizer loaded = text::Tokenizer::load(HONE_SOURCE_DIR "/tests/fixtures/byte_level/gpt2");
  return loaded;
}

struct Streamed {
  std::vector<std::string> parts;
  std::string text, stop;
  size_t num_tokens = 0;  // until a stop string was found
};

Streamed stream(const std::string& text, AnswerText::Options options) {
  AnswerText answer(tokenizer(), std::move(options));
  Streamed result;
  for (const int32_t id : tokenizer().encode(text).ids) {
    if (answer.is_stopped()) break;
    result.parts.push_back(answer.put(id));
    result.text += result.parts.back();
    ++result.num_tokens;
  }
  result.text += answer.finish();
  result.stop = answer.stop_string();
  return result;
}

TEST_CASE("without stop strings all text comes through") {
  CHECK(stream("one two \xE4\xB8\xAD three", {}).text == "one two \xE4\xB8\xAD three");
}

TEST_CASE("a stop string ends the text, also across tokens, and the first one in the text counts") {
  const Streamed cut = stream("one two three four", {.stop_strings = {"three", "o th"}});
  CHECK(cut.text == "one tw");
  CHECK(cut.stop == "o th");
  CHECK(stream("one two three", {.stop_strings = {"o th"}, .include_stop_string = true}).text == "one two th");
}

TEST_CASE("no part of a stop string is shown before it is certain that it is none") {
  const Streamed none = stream("ab abc abd", {.stop_strings = {"abx"}});
  CHECK(none.text == "ab abc abd");
  std::string shown;
  for (const std::string& part : stream("xx ENDx", {.stop_strings = {"END."}}).parts) {
    shown += part;
    CHECK_FALSE(shown.ends_with("E"));
    CHECK_FALSE(shown.ends_with("EN"));
    CHECK_FALSE(shown.ends_with("END"));
  }
  CHECK(stream("xx EN", {.stop_strings = {"END"}}).text == "xx EN");  // the rest comes at the end
}

TEST_CASE("ten thousand stop strings work, and an empty one is an error") {
  std::vector<std::string> many;
  for (int i = 0; i < 10000; ++i) many.push_back("stop number " + std::to_string(i) + "!");
  CHECK(stream("a stop number 4711! b", {.stop_strings = many}).text == "a ");
  const Error error = expect_error([] { AnswerText(tokenizer(), {.stop_strings = {"a", ""}}); });
  CHECK(contains(error.what(), "a stop string is empty"));
}

}  // namespace answer_text_test
