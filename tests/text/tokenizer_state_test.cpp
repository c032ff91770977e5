#include "text/tokenizer_state.h"

#include "expect_error.h"
#include "text/tokenizer_fixtures.h"

namespace hone::text::tokenizer_state_test {

TEST_CASE("only tokenizers with BERT's parts have the one-pass encoder") {
  CHECK(Tokenizer::State(read_tokenizer_folder(tokenizer_fixture("uncased"))).one_pass.bert != nullptr);
  CHECK(Tokenizer::State(read_tokenizer_folder(tokenizer_fixture("json_only"))).one_pass.bert != nullptr);
  CHECK(Tokenizer::State(read_tokenizer_folder(tokenizer_fixture("sequence"))).one_pass.bert == nullptr);
  // It searches its added tokens in normalized text.
  CHECK(Tokenizer::State(read_tokenizer_folder(tokenizer_fixture("listed"))).one_pass.bert == nullptr);
}

TEST_CASE("a post-processor that adds an id without a token is refused") {
  TokenizerSpec spec = read_tokenizer_folder(tokenizer_fixture("json_only"));
  spec.post_processor["sep"][1] = 99999;
  const Error error = expect_error([&] { Tokenizer::State state(spec); });
  CHECK(error.kind() == ErrorKind::kInput);
  CHECK(contains(error.what(), "the post-processor adds id 99999, but no token has it"));
}

}  // namespace hone::text::tokenizer_state_test
