// byte_level_encoder_test.cpp and tokenizer_test.cpp compare whole tokenizers of these classes with transformers.
#include "text/tokenizer_classes.h"

#include "expect_error.h"
#include "temporary_folder.h"
#include "text/tokenizer_fixtures.h"

namespace hone::text::tokenizer_classes_test {

TEST_CASE("every row has a doc line, its vocabulary file and its functions, and is found by its name and models") {
  for (const TokenizerClassRow& row : tokenizer_classes()) {
    CAPTURE(row.name);
    CHECK(!row.doc.empty());
    CHECK((row.vocabulary_file.ends_with(".model") == (row.convert != nullptr)));
    CHECK((row.convert != nullptr || row.vocabulary_file == "vocab.txt" || row.vocabulary_file == "vocab.json"));
    CHECK((row.use_parts != nullptr && row.add_settings != nullptr && row.post_processor != nullptr));
    CHECK(find_tokenizer_class(row.name) == &row);
    for (std::string_view model : row.model_types) CHECK(find_tokenizer_class_of_model(model) == &row);
  }
  CHECK(find_tokenizer_class("XLNetTokenizer") == nullptr);
  CHECK(find_tokenizer_class_of_model("xlnet") == nullptr);
}

TEST_CASE("a RobertaTokenizer without a separator is an error") {
  const TemporaryFolder folder;
  folder.write("vocab.json", R"({"a": 0})");
  folder.write("merges.txt", "");
  folder.write("tokenizer_config.json", R"({"tokenizer_class": "RobertaTokenizer", "sep_token": null})");
  CHECK(contains(expect_error([&] { Tokenizer::load(folder.path()); }).what(), "a RobertaTokenizer needs a sep_token"));
}

}  // namespace hone::text::tokenizer_classes_test
