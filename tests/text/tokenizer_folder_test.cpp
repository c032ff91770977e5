// tokenizer_test.cpp compares the forms of folders with Hugging Face. This file tests single rules and errors.
#include "expect_error.h"
#include "temporary_folder.h"
#include "text/tokenizer_classes.h"
#include "text/tokenizer_fixtures.h"
#include "text/tokenizer_spec.h"
#include "text/tokenizer_state.h"

namespace hone::text::tokenizer_folder_test {

namespace {

constexpr const char* kVocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\n";

// Returns the error for a folder with a vocabulary and this tokenizer_config.json.
Error error_of(const std::string& config) {
  const TemporaryFolder folder;
  folder.write("vocab.txt", kVocabulary);
  folder.write("tokenizer_config.json", config);
  return expect_error([&] { read_tokenizer_folder(folder.path()); });
}

TokenizerSpec spec_of(const std::string& config) {
  const TemporaryFolder folder;
  folder.write("vocab.txt", kVocabulary);
  folder.write("tokenizer_config.json", config);
  return read_tokenizer_folder(folder.path());
}

}  // namespace

TEST_CASE("a missing folder and a folder without files are errors") {
  const TemporaryFolder folder;
  CHECK(contains(expect_error([&] { read_tokenizer_folder(folder.path()); }).what(),
                 "no tokenizer.json and no vocab.txt"));
  CHECK(contains(expect_error([&] { read_tokenizer_folder(folder.path() / "x"); }).what(), "no such folder"));
}

TEST_CASE("BERT's defaults apply if tokenizer_config.json has no setting") {
  const TokenizerSpec spec = spec_of("{}");
  CHECK(spec.tokenizer_class == "BertTokenizer");
  CHECK(spec.normalizer["lowercase"] == true);
  CHECK(spec.normalizer["strip_accents"].is_null());
  CHECK(spec.model_max_length == kNoLimit);
  CHECK(spec.padding_side == Side::kRight);
  CHECK(spec.special_tokens.at("cls_token") == "[CLS]");
  CHECK(spec.added_tokens.size() == 5);
}

TEST_CASE("settings of tokenizer_config.json are read") {
  const TokenizerSpec spec =
      spec_of(R"({"tokenizer_class": "DistilBertTokenizerFast", "do_lower_case": false, "strip_accents": true,
      "tokenize_chinese_chars": false, "model_max_length": 512, "padding_side": "left", "truncation_side": "left",
      "mask_token": null, "pad_token": {"__type": "AddedToken", "content": "a"}})");
  CHECK(spec.tokenizer_class == "DistilBertTokenizer");
  CHECK(spec.normalizer["lowercase"] == false);
  CHECK(spec.normalizer["strip_accents"] == true);
  CHECK(spec.normalizer["handle_chinese_chars"] == false);
  CHECK(spec.model_max_length == 512);
  CHECK(spec.padding_side == Side::kLeft);
  CHECK(spec.truncation_side == Side::kLeft);
  CHECK(!spec.special_tokens.contains("mask_token"));
  CHECK(spec.special_tokens.at("pad_token") == "a");
}

TEST_CASE("a length of 1e30 means no limit") {
  CHECK(spec_of(R"({"model_max_length": 1000000000000000019884624838656})").model_max_length == kNoLimit);
  CHECK(spec_of(R"({"max_len": 128})").model_max_length == 128);
}

TEST_CASE("the class comes from config.json if tokenizer_config.json has none") {
  const TemporaryFolder folder;
  folder.write("tokenizer.json", R"({"model": {"type": "WordPiece", "vocab": {"[UNK]": 0}}, "normalizer": null})");
  CHECK(read_tokenizer_folder(folder.path()).class_row == nullptr);
  folder.write("config.json", R"({"model_type": "distilbert"})");
  REQUIRE(read_tokenizer_folder(folder.path()).class_row != nullptr);
  CHECK(read_tokenizer_folder(folder.path()).class_row->name == "BertTokenizer");
}

TEST_CASE("a Qwen 2 model has the class Qwen2Tokenizer, whatever class the folder names") {
  const TemporaryFolder folder;
  folder.write("vocab.json", R"({"a": 0})");
  folder.write("tokenizer_config.json", R"({"tokenizer_class": "PreTrainedTokenizerFast"})");
  folder.write("config.json", R"({"model_type": "qwen2"})");
  CHECK(contains(expect_error([&] { read_tokenizer_folder(folder.path()); }).what(),
                 "a Qwen2Tokenizer needs merges.txt or tokenizer.json"));
  folder.write("merges.txt", "");
  CHECK(read_tokenizer_folder(folder.path()).class_row->name == "Qwen2Tokenizer");
}

TEST_CASE("invalid settings are errors that name the file and the key") {
  CHECK(contains(error_of("{\"a\":").what(), "tokenizer_config.json:1:"));
  CHECK(contains(error_of("[]").what(), "must hold an object"));
  CHECK(contains(error_of(R"({"do_lower_case": "no"})").what(), "\"do_lower_case\" must be true or false, not \"no\""));
  CHECK(
      contains(error_of(R"({"model_max_length": "long"})").what(), "\"model_max_length\" must be a number of tokens"));
  CHECK(contains(error_of(R"({"padding_side": "top"})").what(), "\"padding_side\" must be left or right, not \"top\""));
  CHECK(contains(error_of(R"({"cls_token": 7})").what(), "\"cls_token\" must be a string or an object"));
  CHECK(contains(error_of(R"({"added_tokens_decoder": {"x": {}}})").what(), "added_tokens_decoder has the id \"x\""));
  CHECK(contains(error_of(R"({"added_tokens_decoder": {"1": 3}})").what(), "an added token must be an object"));
  const Error other = error_of(R"({"tokenizer_class": "SplinterTokenizer"})");
  CHECK(other.kind() == ErrorKind::kUnsupported);
  CHECK(contains(other.what(), "a SplinterTokenizer without a tokenizer.json"));
  CHECK(contains(other.hint(), "AutoTokenizer.from_pretrained(FOLDER).save_pretrained(FOLDER)"));
  CHECK(contains(other.hint(), "DebertaTokenizer, DebertaV2Tokenizer, FunnelTokenizer"));
  CHECK(contains(other.hint(), "RobertaTokenizer, BartTokenizer, LEDTokenizer"));
  const Error files = error_of(R"({"tokenizer_class": "GPT2Tokenizer"})");
  CHECK(files.kind() == ErrorKind::kIo);
  CHECK(contains(files.what(), "a GPT2Tokenizer needs vocab.json or tokenizer.json"));
}

namespace {

Tokenizer load_files(const std::vector<std::pair<const char*, std::string>>& files) {
  const TemporaryFolder folder;
  for (const auto& [name, content] : files) folder.write(name, content);
  return Tokenizer::load(folder.path());
}

Ids plain_ids(const Tokenizer& tokenizer, const char* text) { return tokenizer.encode(text).ids; }

}  // namespace

// The expected values of these two tests are those of transformers 5.23 for the same files.
TEST_CASE("a vocabulary with holes and ids beyond it are read as by transformers") {
  const Tokenizer tokenizer = load_files({{"vocab.json", R"({"a": 0, "b": 3, "c": 9, "ab": 12})"},
                                          {"merges.txt", "#version: 0.2\na b\n"},
                                          {"tokenizer_config.json", R"({"tokenizer_class": "GPT2Tokenizer"})"}});
  CHECK(plain_ids(tokenizer, "ab c") == Ids{12, 9});
  CHECK(plain_ids(tokenizer, "abca") == Ids{12, 9, 0});
  CHECK(tokenizer.decode(Ids{0, 5, 100'000, 3}, false) == "ab");
  CHECK(tokenizer.decode(Ids{5}, false).empty());
}

TEST_CASE("of a token that occurs twice only the later id exists, as in transformers") {
  const Tokenizer bert = load_files({{"vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\na\n"},
                                     {"tokenizer_config.json", R"({"tokenizer_class": "BertTokenizer"})"}});
  CHECK(plain_ids(bert, "a b c") == Ids{2, 7, 6, 1, 3});
  CHECK(bert.decode(Ids{5}, false).empty());
  CHECK(bert.decode(Ids{7}, false) == "a");
  CHECK(bert.decode(Ids{6, 99, 6}, false) == "b b");
  const std::string model =
      R"({"type": "BPE", "vocab": {"a": 0, "b": 3, "c": 9, "ab": 12, "a": 4}, "merges": ["a b"]})";
  const Tokenizer bpe = load_files({{"tokenizer.json", R"({"added_tokens": [], "model": )" + model + "}"},
                                    {"tokenizer_config.json", R"({"tokenizer_class": "PreTrainedTokenizerFast"})"}});
  CHECK(plain_ids(bpe, "abac") == Ids{12, 4, 9});
  CHECK(bpe.decode(Ids{0}, false).empty());
  CHECK(bpe.decode(Ids{4, 100, 3}, false) == "a b");
}

TEST_CASE("a charsmap that is no text is an error") {
  const TemporaryFolder folder;
  folder.write("tokenizer.json", R"({"model": {"type": "Unigram", "vocab": [["a", 0]]},
      "normalizer": {"type": "Precompiled", "precompiled_charsmap": 3}})");
  const Error error = expect_error([&] { read_tokenizer_folder(folder.path()); });
  CHECK(error.kind() == ErrorKind::kInput);
  CHECK(contains(error.what(), "\"precompiled_charsmap\" must be a string, not 3"));
}

// The ids are those of transformers 5.23.
TEST_CASE("a class makes its own model of a Unigram vocabulary, and the saved file is one of that model") {
  const TemporaryFolder folder, saved;
  folder.write("tokenizer.json", R"({"model": {"type": "Unigram", "unk_id": 0,
      "vocab": [["<unk>", 0], ["\u2581", -3], ["a", -6.5], ["b", -6.5]]}})");
  folder.write("tokenizer_config.json", R"({"tokenizer_class": "BertTokenizer"})");
  TokenizerSpec spec = read_tokenizer_folder(folder.path());
  const Tokenizer tokenizer(std::make_shared<const Tokenizer::State>(spec));
  CHECK(tokenizer.encode("a b").ids == std::vector<int32_t>{7, 2, 3, 5});
  spec.files.erase("tokenizer.json");
  Tokenizer(std::make_shared<const Tokenizer::State>(std::move(spec))).save(saved.path());
  CHECK(Tokenizer::load(saved.path()).encode("a b").ids == std::vector<int32_t>{7, 2, 3, 5});
}

}  // namespace hone::text::tokenizer_folder_test
