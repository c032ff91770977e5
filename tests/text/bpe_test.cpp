#include "text/bpe.h"

#include "expect_error.h"
#include "text/tokenizer_fixtures.h"

namespace hone::text::bpe_test {

const std::vector<VocabularyEntry> kVocabulary = {{"l", 0},   {"o", 1},  {"w", 2},  {"e", 3},   {"r", 4},    {"lo", 5},
                                                  {"low", 6}, {"er", 7}, {"we", 8}, {"ow", 20}, {"lower", 9}};

Ids ids(const TokenModel& model, std::string_view word) {
  std::vector<Token> tokens;
  model.tokenize(word, tokens);
  Ids result;
  for (const Token& token : tokens) result.push_back(token.id);
  return result;
}

TEST_CASE("merges apply by rank, worked by hand") {
  const Bpe model(kVocabulary, {{"e", "r"}, {"l", "o"}, {"w", "e"}, {"lo", "w"}}, {}, "test");
  CHECK(ids(model, "low") == Ids{6});
  CHECK(ids(model, "lower") == Ids{6, 7});  // er first, so that w e does not apply; then lo, then low
  CHECK(ids(model, "lowe") == Ids{5, 8});   // lo, then we before low
  CHECK(ids(model, "lolow") == Ids{5, 6});
  CHECK(ids(model, "").empty());
  CHECK(ids(model, "lxw") == Ids{0, 2});  // a character without a token is dropped
}

TEST_CASE("with ignore_merges a word of the vocabulary is one token") {
  Bpe::Settings settings;
  settings.ignore_merges = true;
  const Bpe model(kVocabulary, {{"e", "r"}, {"l", "o"}}, settings, "test");
  CHECK(ids(model, "lower") == Ids{9});
  CHECK(ids(model, "lowerl") == Ids{5, 2, 7, 0});
}

TEST_CASE("every setting gives the tokens and offsets of tokenizers") {
  const Json parts = read_json(byte_level_fixture("parts.json"));
  for (const Json& item : parts["models"]) {
    std::vector<VocabularyEntry> vocabulary;
    for (const auto& [token, id] : item["vocab"].items()) vocabulary.emplace_back(token, id.get<int32_t>());
    std::vector<MergeEntry> merges;
    for (const Json& pair : item["merges"]) merges.push_back({pair[0], pair[1]});
    const auto model = make_bpe(item["settings"], vocabulary, {.merges = merges}, "test");
    for (size_t i = 0; i < item["words"].size(); ++i) {
      CAPTURE(item["settings"].dump());
      CAPTURE(item["words"][i].dump());
      std::vector<Token> tokens;
      model->tokenize(item["words"][i].get<std::string>(), tokens);
      Json result = Json::array();
      for (const Token& token : tokens) result.push_back(Json::array({token.id, token.begin, token.end}));
      CHECK(result == item["tokens"][i]);
    }
  }
}

TEST_CASE("tokens and ids are found, also with gaps and doubles") {
  const Bpe model({{"a", 7}, {"b", 2000000000}, {"a", 9}, {"c", 9}}, {}, {}, "test");
  CHECK(model.highest_id() == 2000000000);
  CHECK(model.num_tokens() == 3);
  CHECK(model.token_id("a") == 9);
  CHECK(model.token(9) == "c");
  CHECK(!model.token(7));  // as in tokenizers
  CHECK(!model.token(8));
}

TEST_CASE("a merge that names no token is an error with its place") {
  const auto error_of = [](const std::vector<MergeEntry>& merges) {
    return expect_error([&] { Bpe(kVocabulary, merges, {}, "dir/vocab.json"); });
  };
  CHECK(error_of({{"l", "x"}}).kind() == ErrorKind::kInput);
  CHECK(contains(error_of({{"l", "o"}, {"l", "x"}}).what(),
                 "dir/vocab.json: merges[1]: the merge \"l x\" needs the token \"x\", which the vocabulary lacks"));
  CHECK(contains(error_of({{"x", "o"}}).what(), "needs the token \"x\""));
  CHECK(contains(error_of({{"l", "w"}}).what(), "needs the token \"lw\""));
  CHECK(contains(error_of({{"l", "w", 3}}).what(), "dir/merges.txt:3: the merge \"l w\""));
  Bpe::Settings settings;
  settings.continuing_prefix = "##";
  CHECK(contains(expect_error([&] { Bpe(kVocabulary, {{"l", "o"}}, settings, "t.json"); }).what(),
                 "t.json: merges[0]: the second token of the merge \"l o\" lacks the prefix \"##\""));
}

TEST_CASE("an unknown token that the vocabulary lacks is an error when it is needed") {
  const auto model = make_bpe({{"unk_token", "<unk>"}}, kVocabulary, {}, "dir/tokenizer.json");
  CHECK(ids(*model, "low").size() == 3);
  const Error error = expect_error([&] { ids(*model, "x"); });
  CHECK(contains(error.what(), "dir/tokenizer.json: the vocabulary does not cover a character"));
}

TEST_CASE("dropout is refused, unless it changes nothing") {
  CHECK(make_bpe({{"dropout", 0.0}}, kVocabulary, {}, "t.json") != nullptr);
  CHECK(make_bpe({{"dropout", nullptr}}, kVocabulary, {}, "t.json") != nullptr);
  const Error error = expect_error([] { make_bpe({{"dropout", 0.1}}, kVocabulary, {}, "t.json"); });
  CHECK(error.kind() == ErrorKind::kUnsupported);
  CHECK(contains(error.what(), "t.json: model: \"dropout\" must be null, not 0.1"));
}

}  // namespace hone::text::bpe_test
