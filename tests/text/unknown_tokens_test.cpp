#include "text/unknown_tokens.h"

#include <doctest/doctest.h>

#include "expect_error.h"
#include "text/tokenizer_fixtures.h"

namespace unknown_tokens_test {

using namespace hone;
using namespace hone::text;

Tokenizer tiny_bert() {
  return Tokenizer::load(std::filesystem::path(HONE_SOURCE_DIR) / "tests" / "fixtures" / "models" / "tiny-bert");
}

UnknownTokens count(const std::string& text) {
  const Tokenizer tokenizer = tiny_bert();
  return count_unknown_tokens(tokenizer, tokenizer.encode(text).ids, tokenizer.num_special_tokens(false));
}

TEST_CASE("unknown_token() returns the id of a tokenizer's unknown token") {
  CHECK(tiny_bert().unknown_id() == tiny_bert().token_id("[UNK]"));
  CHECK(Tokenizer::load(tokenizer_fixture("uncased")).unknown_id().has_value());
}

TEST_CASE("unknown tokens are counted, and special tokens around the text are not") {
  // Each Chinese character is a word; none of them is in the tiny vocabulary.
  const UnknownTokens chinese = count("\xE9\x85\x92\xE5\xBA\x97 good movie");
  CHECK(chinese.unknown == 2);
  CHECK(chinese.total == 4);
  CHECK(chinese.are_many());
  const UnknownTokens english = count("good movie");
  CHECK(english.unknown == 0);
  CHECK(english.total == 2);
  CHECK_FALSE(english.are_many());
  CHECK_FALSE(count("").are_many());
  CHECK(count("").total == 0);
}

TEST_CASE("unknown tokens count as many if they are more than a tenth of all tokens") {
  CHECK_FALSE(UnknownTokens{1, 10}.are_many());
  CHECK(UnknownTokens{2, 19}.are_many());
  UnknownTokens sum{1, 10};
  sum.add({2, 10});
  CHECK(sum.unknown == 3);
  CHECK(sum.total == 20);
  CHECK(sum.are_many());
  CHECK(contains(UnknownTokens{13, 20}.note(), "13 of 20 tokens (65.0 %) are unknown to the tokenizer ([UNK])"));
}

}  // namespace unknown_tokens_test
