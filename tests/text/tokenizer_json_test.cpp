#include "expect_error.h"
#include "text/tokenizer_fixtures.h"
#include "text/tokenizer_spec.h"

namespace hone::text::tokenizer_json_test {

namespace {

TokenizerSpec parse(const std::string& text) {
  TokenizerSpec spec;
  parse_tokenizer_json(text, "dir/tokenizer.json", spec);
  return spec;
}

std::string message_of(const std::string& text) {
  return expect_error([&] { parse(text); }).what();
}

}  // namespace

TEST_CASE("the parts, the vocabulary and the added tokens are read") {
  const TokenizerSpec spec = parse(R"({"model": {"type": "WordPiece", "unk_token": "?", "vocab": {"a": 3, "b": 0}},
      "normalizer": {"type": "NFC"}, "added_tokens": [{"id": 7, "content": "<x>", "special": true, "lstrip": true}]})");
  CHECK(spec.vocabulary == std::vector<VocabularyEntry>{{"a", 3}, {"b", 0}});
  CHECK(spec.model["unk_token"] == "?");
  CHECK(!spec.model.contains("vocab"));
  CHECK(spec.normalizer["type"] == "NFC");
  CHECK(spec.decoder.is_null());
  REQUIRE(spec.added_tokens.size() == 1);
  CHECK(spec.added_tokens[0].id == 7);
  CHECK(spec.added_tokens[0].lstrip);
  CHECK(!spec.added_tokens[0].normalized);
}

TEST_CASE("from the file's truncation and padding only the sides and the padding token are used") {
  const TokenizerSpec spec = parse(R"({"model": {"vocab": {}}, "padding": {"direction": "Left", "pad_token": "<p>"},
      "truncation": {"direction": "Left", "max_length": 3}})");
  CHECK(spec.padding_side == Side::kLeft);
  CHECK(spec.truncation_side == Side::kLeft);
  CHECK(spec.special_tokens.at("pad_token") == "<p>");
  CHECK(parse(R"({"model": {"vocab": {}}})").padding_side == Side::kRight);
}

TEST_CASE("an unknown kind of model is reported before its vocabulary is read") {
  const Error error = expect_error([] { parse(R"({"model": {"type": "Bigram", "vocab": [["a", 0.5]]}})"); });
  CHECK(error.kind() == ErrorKind::kUnsupported);
  CHECK(contains(error.what(), "tokenizer model (in dir/tokenizer.json) \"Bigram\""));
}

TEST_CASE("merges are pairs or texts, and a model with merges and without a type is BPE") {
  const TokenizerSpec spec = parse(R"({"model": {"vocab": {"a": 0}, "merges": [["a b", "c"], "d e"]}})");
  CHECK(spec.model["type"] == "BPE");
  CHECK(spec.merges == std::vector<MergeEntry>{{"a b", "c"}, {"d", "e"}});
  const TokenizerSpec again = parse(to_tokenizer_json(spec, {}));
  CHECK(again.merges == spec.merges);
  CHECK(again.vocabulary == spec.vocabulary);
  const auto message = [](const char* merges) {
    return message_of(fmt::format(R"({{"model": {{"type": "BPE", "vocab": {{}}{}}}}})", merges));
  };
  CHECK(contains(message(""), "the model has no \"merges\""));
  CHECK(contains(message(R"(, "merges": {})"), "\"merges\" must be a list"));
  CHECK(contains(message(R"(, "merges": ["a b", "c"])"), "merges[1] must be two tokens"));
  CHECK(contains(message(R"(, "merges": ["a b c"])"), "merges[0] must be two tokens"));
  CHECK(contains(message(R"(, "merges": [["a"]])"), "merges[0] must be two tokens"));
  CHECK(contains(message(R"(, "merges": [["a", 1]])"), "merges[0] must be two tokens"));
}

TEST_CASE("invalid files are errors that name the fault and its location") {
  CHECK(contains(message_of(""), "dir/tokenizer.json"));
  CHECK(contains(message_of("{\"model\": {\n  \"vocab\": {\"a\" 1}}}"), "dir/tokenizer.json:2:"));
  CHECK(contains(message_of("[]"), "must hold an object"));
  CHECK(contains(message_of("{}"), "\"model\" is missing"));
  CHECK(contains(message_of(R"({"model": 3})"), "\"model\" must be an object"));
  CHECK(contains(message_of(R"({"model": {}})"), "the model has no \"vocab\""));
  CHECK(contains(message_of(R"({"model": {"vocab": "a"}})"), "\"vocab\" must be an object"));
  CHECK(contains(message_of(R"({"model": {"vocab": ["a"]}})"), "vocab[0] must be [\"token\", score]"));
  CHECK(contains(message_of(R"({"model": {"vocab": [["a", 1], ["b", "1"]]}})"), "vocab[1] must be [\"token\", score]"));
  CHECK(contains(message_of(R"({"model": {"type": "Unigram", "vocab": {}}})"), "\"vocab\" of Unigram must be a list"));
  CHECK(contains(message_of(R"({"version": "2.0", "model": {"vocab": {}}})"), "the version of the file is \"2.0\""));
  CHECK(contains(message_of(R"({"model": {"vocab": {"a": -1}}})"), "the id of token \"a\" must be an integer from 0"));
  CHECK(contains(message_of(R"({"model": {"vocab": {"a": 2147483648}}})"), "the id of token \"a\""));
  CHECK(contains(message_of(R"({"model": {"vocab": {"a": 1.5}}})"), "the id of token \"a\""));
  CHECK(contains(message_of(R"({"model": {"vocab": {}}, "added_tokens": 1})"), "\"added_tokens\" must be a list"));
  CHECK(contains(message_of(R"({"model": {"vocab": {}}, "added_tokens": [{"id": 1}]})"), "with a \"content\""));
  CHECK(contains(message_of(R"({"model": {"vocab": {}}, "added_tokens": [{"id": -1, "content": "a"}]})"), "\"id\""));
  CHECK(contains(message_of(std::string(100000, '[')), "nested deeper than"));
  CHECK_THROWS_AS(parse(R"({"model": {"vocab": {"\ud800": 1}}})"), Error);
  CHECK_THROWS_AS(parse("{\"model\": {\"vocab\": {\"\xFF\": 1}}}"), Error);
}

TEST_CASE("a part with very many fields is refused, because a search through them would be slow") {
  std::string text = R"({"model": {"vocab": {}}, "normalizer": {"type": "NFC")";
  for (int i = 0; i < 10'000; ++i) text += fmt::format(",\"{}\":0", i);
  CHECK(contains(message_of(text + "}}"), "an object has more than 10000 fields"));
}

TEST_CASE("a spec survives writing and reading") {
  const TokenizerSpec spec = parse(R"({"model": {"type": "WordPiece", "vocab": {"a\"\n\\": 3, "{}": 0, "\u4e2d": 9}},
      "decoder": {"type": "WordPiece"}, "added_tokens": [{"id": 7, "content": "<x>", "single_word": true}]})");
  const TokenizerSpec again = parse(to_tokenizer_json(spec, spec.added_tokens));
  CHECK(again.vocabulary == spec.vocabulary);
  CHECK(again.model == spec.model);
  CHECK(again.decoder == spec.decoder);
  REQUIRE(again.added_tokens.size() == 1);
  CHECK(again.added_tokens[0].single_word);
  CHECK(again.added_tokens[0].id == 7);
  const TokenizerSpec empty = parse(R"({"model": {"vocab": {}}})");
  CHECK(parse(to_tokenizer_json(empty, {})).vocabulary.empty());
}

TEST_CASE("the vocabulary of Unigram has scores, and its file is written with all digits") {
  const TokenizerSpec spec = parse(R"({"model": {"vocab": [["<unk>", 0], ["a", -1.5], ["a", -8.123456789012345]]}})");
  CHECK(spec.model["type"] == "Unigram");
  CHECK(spec.vocabulary == std::vector<VocabularyEntry>{{"<unk>", 0}, {"a", 1}, {"a", 2}});
  CHECK(spec.scores == std::vector<double>{0, -1.5, -8.123456789012345});
  const TokenizerSpec again = parse(to_tokenizer_json(spec, {}));
  CHECK(again.vocabulary == spec.vocabulary);
  CHECK(again.scores == spec.scores);
}

// The right values are those that tokenizers 0.23.3 saves after it has read the left ones. Only the last bit differs.
TEST_CASE("the scores of a file without a class are those that tokenizers reads, whose last bit may differ") {
  const std::pair<double, double> kRead[] = {{-2.0122928619384766, -2.012292861938477},
                                             {-3.9598512649536133, -3.9598512649536137},
                                             {-7.4370903968811035, -7.437090396881104},
                                             {-1.2345678901234566e-07, -1.2345678901234566e-07},
                                             {-12345678.901234567, -12345678.901234567},
                                             {-2.2250738585072014e-308, -2.2250738585072014e-308},
                                             {-3.2e-310, -3.2e-310},
                                             {-1.7976931348623157e+308, -1.7976931348623157e+308},
                                             {-100, -100},
                                             {0, 0}};
  TokenizerSpec spec;
  for (const auto& [written, read] : kRead) spec.scores.push_back(written);
  spec.has_tokenizer_json = true;
  const std::vector<double> scores = scores_in_use(spec);
  for (size_t i = 0; i < scores.size(); ++i) CHECK(scores[i] == kRead[i].second);
  spec.has_tokenizer_json = false;  // of a SentencePiece model
  CHECK(scores_in_use(spec) == spec.scores);
}

TEST_CASE("a model without a type is of the first kind whose fields it has, as in tokenizers") {
  const auto type_of = [](const char* model) { return parse(fmt::format("{{\"model\": {}}}", model)).model["type"]; };
  CHECK(type_of(R"({"vocab": {}, "merges": []})") == "BPE");
  CHECK(type_of(R"({"vocab": {}, "unk_token": "u", "continuing_subword_prefix": "", "max_input_chars_per_word": 9})") ==
        "WordPiece");
  CHECK(type_of(R"({"vocab": {}, "unk_token": "u"})") == "WordLevel");
  CHECK(type_of(R"({"vocab": [["a", 0]], "unk_id": 0})") == "Unigram");
}

TEST_CASE("a tokenizer.json that nests 10,000 deep is refused before it is parsed") {
  std::string deep = R"({"model": {"vocab": {}}, "normalizer": )";
  for (int i = 0; i < 10'000; ++i) deep += R"({"type": "Sequence", "normalizers": [)";
  const std::string message = message_of(deep);
  CHECK(contains(message, "dir/tokenizer.json"));
  CHECK(contains(message, "128"));
}

}  // namespace hone::text::tokenizer_json_test
