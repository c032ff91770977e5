// Compares folders of the tokenizer classes that no other test has with transformers
// (tests/fixtures/make_tokenizer_class_fixtures.py); byte_level_encoder_test.cpp, tokenizer_test.cpp and
// sentence_piece_classes_test.cpp compare the others.
#include "text/tokenizer_classes.h"

#include "expect_error.h"
#include "temporary_folder.h"
#include "text/tokenizer_class_checks.h"
#include "text/tokenizer_fixtures.h"

namespace hone::text::tokenizer_classes_test {

namespace {

std::vector<std::filesystem::path> class_folders() {
  std::vector<std::filesystem::path> folders;
  const auto parent = std::filesystem::path(HONE_SOURCE_DIR) / "tests" / "fixtures" / "tokenizer_class";
  for (const auto& entry : std::filesystem::directory_iterator(parent)) {
    if (entry.is_directory()) folders.push_back(entry.path());
  }
  std::ranges::sort(folders);
  REQUIRE(folders.size() >= 20);
  return folders;
}

}  // namespace

TEST_CASE("each folder of a class becomes the tokenizer.json of transformers, and the saved folder has the same one") {
  for (const auto& folder : class_folders()) check_saved_form(folder);
}

TEST_CASE("texts become the ids, types, offsets and words of the classes of transformers") {
  for (const auto& folder : class_folders()) check_texts(folder);
}

TEST_CASE("pairs and words become the ids of the classes of transformers") {
  for (const auto& folder : class_folders()) check_pairs_and_words(folder);
}

TEST_CASE("ids decode to the text of the classes of transformers, at once and one by one") {
  for (const auto& folder : class_folders()) check_decoded(folder);
}

TEST_CASE("every row has a doc line, its vocabulary file and its functions, and is found by its names and models") {
  for (const TokenizerClassRow& row : tokenizer_classes()) {
    CAPTURE(row.name);
    CHECK(!row.doc.empty());
    CHECK((row.vocabulary_file.ends_with(".model") == (row.convert != nullptr)));
    CHECK((row.convert != nullptr || row.vocabulary_file == "vocab.txt" || row.vocabulary_file == "vocab.json"));
    CHECK((row.use_parts != nullptr && row.add_settings != nullptr && row.post_processor != nullptr));
    CHECK(find_tokenizer_class(row.name) == &row);
    for (std::string_view name : row.other_names) CHECK(find_tokenizer_class(name) == &row);
    for (std::string_view model : row.model_types) CHECK(find_tokenizer_class_of_model(model) == &row);
  }
  CHECK(find_tokenizer_class("SplinterTokenizer") == nullptr);
  CHECK(find_tokenizer_class_of_model("splinter") == nullptr);
}

TEST_CASE("a class without one of its special tokens is an error") {
  const auto error_of = [](const char* config) {
    const TemporaryFolder folder;
    folder.write("vocab.json", R"({"a": 0})");
    folder.write("merges.txt", "");
    folder.write("tokenizer_config.json", config);
    return expect_error([&] { Tokenizer::load(folder.path()); });
  };
  CHECK(contains(error_of(R"({"tokenizer_class": "RobertaTokenizer", "sep_token": null})").what(),
                 "a RobertaTokenizer needs a sep_token"));
  CHECK(contains(error_of(R"({"tokenizer_class": "CLIPTokenizer", "bos_token": null})").what(),
                 "a CLIPTokenizer needs a bos_token"));
  CHECK(contains(error_of(R"({"tokenizer_class": "DebertaTokenizer", "cls_token": null})").what(),
                 "a DebertaTokenizer needs a cls_token"));
}

}  // namespace hone::text::tokenizer_classes_test
