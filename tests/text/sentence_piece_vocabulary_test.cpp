// The ids of each class in transformers' order; whole folders are in sentence_piece_classes_test.cpp.
#include "text/sentence_piece_vocabulary.h"

#include "expect_error.h"

namespace hone::text::sentence_piece_vocabulary_test {

namespace {

SentencePieceFile model(SentencePieceFile::Kind kind = SentencePieceFile::Kind::kUnigram) {
  using Type = SentencePiece::Type;
  SentencePieceFile file;
  file.kind = kind;
  file.pieces = {{"<unk>", 0, Type::kUnknown}, {"<s>", 0, Type::kControl},        {"</s>", 0, Type::kControl},
                 {"a", -1, Type::kNormal},     {"<user>", 0, Type::kUserDefined}, {"ab", -2, Type::kNormal}};
  file.unk_id = 0;
  return file;
}

std::vector<std::string> tokens_of(const TokenizerSpec& spec) {
  std::vector<std::string> tokens;
  for (const auto& [token, id] : spec.vocabulary) {
    CHECK(id == static_cast<int32_t>(tokens.size()));
    tokens.push_back(token);
  }
  return tokens;
}

using Strings = std::vector<std::string>;

}  // namespace

TEST_CASE("a class gives the pieces the ids of its models") {
  TokenizerSpec plain, t5, fairseq, camembert, mbart;
  convert_unigram_pieces(model(), {}, plain);
  CHECK(tokens_of(plain) == Strings{"<unk>", "<s>", "</s>", "a", "<user>", "ab"});
  CHECK(plain.scores == std::vector<double>{0, 0, 0, -1, 0, -2});
  convert_t5_pieces(model(), {{"extra_ids", 2}}, t5);
  CHECK(tokens_of(t5) == Strings{"<unk>", "<s>", "</s>", "a", "<user>", "ab", "<extra_id_1>", "<extra_id_0>"});
  convert_xlm_roberta_pieces(model(), {{"pad_token", "[P]"}}, fairseq);
  CHECK(tokens_of(fairseq) == Strings{"<s>", "[P]", "</s>", "<unk>", "a", "<user>", "ab", "<mask>"});
  convert_camembert_pieces(model(), Json::object(), camembert);
  CHECK(tokens_of(camembert) == Strings{"<s>NOTUSED", "<pad>", "</s>NOTUSED", "<unk>", "<unk>NOTUSED", "<s>", "</s>",
                                        "a", "<user>", "ab", "<mask>"});
  CHECK(camembert.scores[4] == -100);
  convert_mbart_pieces(model(), Json::object(), mbart);
  CHECK(mbart.vocabulary.size() == 4 + 3 + mbart_languages().size() + 1);
  CHECK(mbart.vocabulary[7].first == "ar_AR");
}

TEST_CASE("control pieces are special tokens, and user-defined ones are found before the model") {
  const std::vector<AddedToken> added = added_pieces(model());
  REQUIRE(added.size() == 3);
  CHECK(added[0].content == "<s>");
  CHECK(added[0].special);
  CHECK(added[2].content == "<user>");
  CHECK(!added[2].special);
  CHECK(!added[2].normalized);
}

TEST_CASE("merges are in the order of the tokens that they make, then of their left parts' lengths") {
  const std::vector<VocabularyEntry> vocabulary = {{"abc", 0},
                                                   {"a", 1},
                                                   {"b", 2},
                                                   {"c", 3},
                                                   {"ab", 4},
                                                   {"bc", 5},
                                                   {"\xC3\xA9", 6},
                                                   {"\xC3\xA9"
                                                    "a",
                                                    7}};
  const std::vector<MergeEntry> expected = {{"a", "bc"}, {"ab", "c"}, {"a", "b"}, {"b", "c"}, {"\xC3\xA9", "a"}};
  CHECK(generated_merges(vocabulary) == expected);
}

TEST_CASE("merges with scores are in the order of the scores, then of their left parts' lengths from the longest") {
  const std::vector<VocabularyEntry> vocabulary = {{"abc", 0}, {"a", 1}, {"b", 2}, {"c", 3}, {"ab", 4}, {"bc", 5}};
  // By transformers' generate_merges(vocab, vocab_scores).
  const std::vector<MergeEntry> expected = {{"b", "c"}, {"ab", "c"}, {"a", "bc"}, {"a", "b"}};
  CHECK(generated_merges(vocabulary, {-2, 0, 0, 0, -3, -1}) == expected);
}

TEST_CASE("a vocabulary with too many merges is refused") {
  std::vector<VocabularyEntry> vocabulary;
  for (int32_t size = 1; size <= 1500; ++size)
    vocabulary.emplace_back(std::string(static_cast<size_t>(size), 'a'), size - 1);
  CHECK(contains(expect_error([&] { generated_merges(vocabulary); }).what(), "in too many ways"));
}

TEST_CASE("a model of another kind than the class reads is refused") {
  TokenizerSpec spec;
  spec.source = "spiece.model";
  spec.tokenizer_class = "T5Tokenizer";
  const Error error = expect_error([&] { convert_t5_pieces(model(SentencePieceFile::Kind::kBpe), {}, spec); });
  CHECK(error.kind() == ErrorKind::kInput);
  CHECK(contains(error.what(), "spiece.model: a T5Tokenizer needs a Unigram model"));
}

}  // namespace hone::text::sentence_piece_vocabulary_test
