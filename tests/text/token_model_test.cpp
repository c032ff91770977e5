#include "text/token_model.h"

#include "expect_error.h"

namespace hone::text::token_model_test {

TEST_CASE("every row of the models creates a model and has a doc line") {
  for (const TokenModelRow& row : token_models()) {
    CAPTURE(row.name);
    CHECK(!row.doc.empty());
    CHECK(row.make({{"type", row.name}}, {{"[UNK]", 0}}, {.scores = {0}}, "test") != nullptr);
  }
}

TEST_CASE("the error for an unknown kind names it, the file and the known kinds") {
  const Error error = expect_error([] { make_token_model({{"type", "Bigram"}}, {}, {}, "dir/tokenizer.json"); });
  CHECK(error.kind() == ErrorKind::kUnsupported);
  CHECK(contains(error.what(), "dir/tokenizer.json"));
  CHECK(contains(error.what(), "\"Bigram\""));
  CHECK(contains(error.hint(), "WordPiece"));
}

}  // namespace hone::text::token_model_test
