#include "text/word_level.h"

#include "expect_error.h"

namespace hone::text::word_level_test {

TEST_CASE("a word is one token, or the unknown token") {
  const WordLevel model({{"<unk>", 0}, {"a", 5}, {"b", 2}, {"a", 3}}, "<unk>", "test");
  std::vector<Token> tokens;
  model.tokenize("a", tokens);
  model.tokenize("caf\xC3\xA9", tokens);
  REQUIRE(tokens.size() == 2);
  CHECK(tokens[0].id == 3);
  CHECK(tokens[1].id == 0);
  CHECK(tokens[1].end == 5);
  CHECK(model.num_tokens() == 3);
  CHECK(model.highest_id() == 3);
  CHECK(model.token(2) == "b");
  CHECK(!model.token_id("c"));
}

// As in tokenizers 0.23.3.
TEST_CASE("a token that occurs twice gives its first id back to the token that has it too") {
  const WordLevel model({{"<unk>", 9}, {"b", 0}, {"a", 0}, {"a", 1}}, "<unk>", "test");
  CHECK(model.token(0) == "b");
  CHECK(model.token(1) == "a");
  CHECK(model.highest_id() == 9);
}

TEST_CASE("an unknown word is an error if the vocabulary lacks the unknown token") {
  const auto model = make_word_level({{"unk_token", "[UNK]"}}, {{"a", 0}}, {}, "t.json");
  std::vector<Token> tokens;
  const Error error = expect_error([&] { model->tokenize("b", tokens); });
  CHECK(error.kind() == ErrorKind::kInput);
  CHECK(contains(error.what(), "t.json: the vocabulary lacks the word \"b\" and the unknown token \"[UNK]\""));
}

}  // namespace hone::text::word_level_test
