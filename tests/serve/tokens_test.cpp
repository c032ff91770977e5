#include "serve/tokens.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "base/utf8.h"
#include "eval/metrics_fixture.h"
#include "http/response.h"

namespace tokens_test {

using namespace hone;

const text::Tokenizer& tokenizer() {
  static const text::Tokenizer loaded = text::Tokenizer::load(fixtures() / "models" / "tiny-bert");
  return loaded;
}

Json tokens(std::string_view text, size_t max_length = 40, bool add_special_tokens = true,
            const task::LongText& long_text = {}) {
  size_t left = serve::kMaxListedTokens;
  return serve::tokens_json(tokenizer(), text, {{.max_length = max_length}, long_text}, add_special_tokens, left);
}

TEST_CASE("a token has its id, its text and its position in code points; a special token has only its name") {
  const Json list = tokens("\xE5\xA5\xBD Good movie");
  REQUIRE(list.size() == 5);
  CHECK(list[0].dump() ==
        R"({"id":2,"text":"[CLS]","special":true,"unknown":false,"start":null,"stop":null,"cut":false})");
  CHECK(list[1]["text"] == "\xE5\xA5\xBD");
  CHECK(list[1]["unknown"] == true);
  CHECK(list[1]["start"] == 0);
  CHECK(list[1]["stop"] == 1);
  CHECK(list[2].dump() == R"({"id":86,"text":"Good","special":false,"unknown":false,"start":2,"stop":6,"cut":false})");
  CHECK(list[3]["start"] == 7);
  CHECK(list[3]["stop"] == 12);
  CHECK(list[4]["text"] == "[SEP]");
  CHECK(tokens("good movie", 40, false).size() == 2);
  CHECK(tokens("").size() == 2);
}

TEST_CASE("a special token that occurs in the text has a position and does not count as special") {
  const Json list = tokens("good [SEP] movie");
  REQUIRE(list.size() == 5);
  CHECK(list[2]["id"] == 3);
  CHECK(list[2]["special"] == false);
  CHECK(list[2]["start"] == 5);
}

TEST_CASE("tokens beyond the model's limit are marked as truncated, and the special tokens stay") {
  const Json list = tokens("good movie bad film", 5);
  REQUIRE(list.size() == 6);
  std::string cut;
  for (const Json& token : list) cut += token["cut"].get<bool>() ? 'x' : '.';
  CHECK(cut == "....x.");
  CHECK(tokens("good movie bad film", 2)[1]["cut"] == true);
}

TEST_CASE("the number of tokens in a response is limited") {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "good ";
  size_t left = 150;
  CHECK(serve::tokens_json(tokenizer(), text, {{.max_length = 40}}, true, left).size() == 102);
  CHECK(left == 48);
  try {
    serve::tokens_json(tokenizer(), text, {{.max_length = 40}}, true, left);
    FAIL("the list has no end");
  } catch (const http::RequestError& error) {
    CHECK(error.details().status == 413);
    CHECK(error.details().message == "inputs have more than 65536 tokens");
    CHECK(error.details().field == "inputs");
  }
}

TEST_CASE("cut tokens are those that the model does not read, however it reads long texts") {
  std::string text = "good";
  for (int i = 0; i < 19; ++i) text += " good";
  const auto cut = [&](const task::LongText& long_text) {
    std::string marks;
    for (const Json& token : tokens(text, 10, false, long_text)) marks += token["cut"] == true ? 'x' : '.';
    return marks;
  };
  CHECK(cut({.long_text = "head"}) == "........xxxxxxxxxxxx");
  CHECK(cut({.long_text = "tail"}) == "xxxxxxxxxxxx........");
  CHECK(cut({.long_text = "head-tail"}) == "..xxxxxxxxxxxx......");
  CHECK(cut({.long_text = "windows"}) == "....................");
  CHECK(cut({.long_text = "windows", .doc_stride = 0, .max_windows = 2}) == "................xxxx");
}

}  // namespace tokens_test
