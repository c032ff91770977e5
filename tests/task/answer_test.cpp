#include "task/answer.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "eval/metrics_fixture.h"
#include "table/read.h"

namespace answer_test {

using namespace hone;

const text::Tokenizer& tokenizer() {
  static const text::Tokenizer loaded = text::Tokenizer::load(fixtures() / "models" / "tiny-bert");
  return loaded;
}

TEST_CASE("a question has the tokens of its text or pair, and knows whether they were truncated") {
  const task::Question whole = task::make_question(tokenizer(), "good movie", {}, {});
  CHECK(whole.windows.front().ids == tokenizer().encode("good movie").ids);
  CHECK(whole.num_tokens() == 4);
  CHECK_FALSE(whole.is_truncated());
  const task::Question pair = task::make_question(tokenizer(), "good", "bad", {});
  CHECK(pair.windows.front().ids == tokenizer().encode_pair("good", "bad").ids);
  CHECK(task::make_question(tokenizer(), "good movie", {}, {.encode = {.max_length = 3}}).is_truncated());
}

TEST_CASE("the questions of a file are those of its rows one by one") {
  const TemporaryFolder folder;
  const table::Rows rows = table::read_rows(folder.write("a.csv", "text,second\ngood movie,bad\nfilm,\n"));
  const auto questions = task::make_questions(tokenizer(), rows, {"text", "second"}, {});
  REQUIRE(questions.size() == 2);
  CHECK(questions[0].text == "good movie");
  CHECK(questions[0].text_pair == "bad");
  CHECK(questions[0].windows.front().ids == tokenizer().encode_pair("good movie", "bad").ids);
  CHECK(questions[1].windows.front().ids == tokenizer().encode_pair("film", "").ids);
  CHECK_FALSE(task::make_questions(tokenizer(), rows, {"text", {}}, {})[0].text_pair.has_value());
}

TEST_CASE("unknown tokens are counted without the special tokens around a text") {
  const task::Question chinese = task::make_question(tokenizer(), "\xE9\x85\x92\xE5\xBA\x97 good", {}, {});
  const text::UnknownTokens count = task::unknown_tokens(tokenizer(), chinese);
  CHECK(count.unknown == 2);
  CHECK(count.total == 3);
  CHECK(task::unknown_tokens(tokenizer(), chinese, /*has_special_tokens=*/false).total == 5);
}

TEST_CASE("outputs are finite if every number is, and pooled outputs are the mean of the windows") {
  CHECK(task::Outputs{{{0, 1}, {2, 3}}}.are_finite());
  CHECK_FALSE(task::Outputs{{{0, 1}, {std::nanf(""), 3}}}.are_finite());
  CHECK_FALSE(task::Outputs{{{std::numeric_limits<float>::infinity()}}}.are_finite());
  CHECK(task::pooled_outputs({{{0, 1}, {2, 4}}}) == std::vector<float>{1, 2.5f});
  CHECK(task::pooled_outputs({{{0.1f, 0.7f}}}) == std::vector<float>{0.1f, 0.7f});
}

}  // namespace answer_test
