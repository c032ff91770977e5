#include "text/word_piece.h"

#include "expect_error.h"

namespace hone::text::word_piece_test {

namespace {

std::vector<int32_t> ids(const WordPiece& model, std::string_view word) {
  std::vector<Token> tokens;
  model.tokenize(word, tokens);
  std::vector<int32_t> result;
  for (const Token& token : tokens) result.push_back(token.id);
  return result;
}

const std::vector<VocabularyEntry> kVocabulary = {{"[UNK]", 0},  {"un", 1}, {"##aff", 2},
                                                  {"##able", 3}, {"##", 4}, {"a", 5}};

}  // namespace

TEST_CASE("the longest piece is chosen each time, as in the example of BERT's code") {
  const WordPiece model(kVocabulary, {}, "test");
  CHECK(ids(model, "unaffable") == std::vector<int32_t>{1, 2, 3});
  CHECK(ids(model, "unaffablex") == std::vector<int32_t>{0});
  CHECK(ids(model, "").empty());
  CHECK(ids(model, "##able") == std::vector<int32_t>{3});
}

TEST_CASE("a word of more than 100 characters (not bytes) is unknown") {
  std::vector<VocabularyEntry> vocabulary = kVocabulary;
  vocabulary.insert(vocabulary.end(), {{"\xC3\xA9", 6}, {"##\xC3\xA9", 7}});
  const WordPiece model(vocabulary, {}, "test");
  std::string word;
  for (int i = 0; i < 100; ++i) word += "\xC3\xA9";
  CHECK(ids(model, word).size() == 100);
  CHECK(ids(model, word + "\xC3\xA9") == std::vector<int32_t>{0});
}

TEST_CASE("without an unknown token, a word that the pieces do not cover is an error") {
  const WordPiece model({{"a", 5}}, {}, "folder/vocab.txt");
  CHECK(ids(model, "a") == std::vector<int32_t>{5});
  const Error error = expect_error([&] { ids(model, "b"); });
  CHECK(error.kind() == ErrorKind::kInput);
  CHECK(contains(error.what(),
                 "folder/vocab.txt: the vocabulary does not cover a word and has no unknown token \"[UNK]\""));
}

TEST_CASE("ids may have gaps, and of a repeated token or id the later one is used") {
  const WordPiece model({{"a", 7}, {"b", 2000000000}, {"a", 9}, {"c", 9}}, {}, "test");
  CHECK(model.highest_id() == 2000000000);
  CHECK(model.num_tokens() == 3);
  CHECK(model.token_id("a") == 9);
  CHECK(model.token(9) == "c");
  CHECK(!model.token(7));  // as in tokenizers
  CHECK(!model.token(8));
}

TEST_CASE("settings come from tokenizer.json") {
  const auto model =
      make_word_piece({{"unk_token", "<unk>"}, {"continuing_subword_prefix", "@@"}, {"max_input_chars_per_word", 3}},
                      {{"<unk>", 0}, {"a", 1}, {"@@b", 2}}, {}, "test");
  std::vector<Token> tokens;
  model->tokenize("abb", tokens);
  CHECK(tokens.size() == 3);
  tokens.clear();
  model->tokenize("abbb", tokens);
  CHECK(tokens.size() == 1);
  const Error error = expect_error([] { make_word_piece({{"max_input_chars_per_word", -1}}, {}, {}, "x.json"); });
  CHECK(contains(error.what(), "x.json: model: \"max_input_chars_per_word\" must be an integer"));
}

}  // namespace hone::text::word_piece_test
