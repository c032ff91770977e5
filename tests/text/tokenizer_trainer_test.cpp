#include "text/tokenizer_trainer.h"

#include <algorithm>

#include "expect_error.h"
#include "temporary_folder.h"
#include "text/pre_tokenizers.h"
#include "text/trainer_fixtures.h"

namespace hone::text::tokenizer_trainer_test {

TrainerOptions options_of(const Json& given) {
  TrainerOptions options{.kind = given["kind"]};
  if (given.contains("vocab_size")) options.vocab_size = given["vocab_size"].get<int64_t>();
  options.special_tokens = given.value("special_tokens", std::vector<std::string>());
  options.min_frequency = given.value("min_frequency", int64_t{0});
  options.add_prefix_space = given.value("add_prefix_space", false);
  if (given.contains("lower_case")) options.lower_case = given["lower_case"].get<bool>();
  if (given.contains("strip_accents")) options.strip_accents = given["strip_accents"].get<bool>();
  if (given.contains("normalization")) options.normalization = given["normalization"].get<std::string>();
  if (given.contains("pre_tokenizer")) options.pre_tokenizer = given["pre_tokenizer"].get<std::string>();
  if (given.contains("split_pattern")) options.split_pattern = given["split_pattern"].get<std::string>();
  return options;
}

Tokenizer train(const TrainerOptions& options, const std::vector<std::string>& texts) {
  TokenizerTrainer trainer(options);
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  // Two blocks, as rows come in blocks.
  trainer.add(std::span(views).first(views.size() / 2));
  trainer.add(std::span(views).subspan(views.size() / 2));
  return trainer.train().tokenizer;
}

// Returns the tokenizer.json that save() writes.
Json saved(const Tokenizer& tokenizer) {
  const TemporaryFolder folder;
  tokenizer.save(folder.path());
  return read_json(folder.path() / "tokenizer.json");
}

// Returns false for Metaspace as long as the floor cannot make it.
bool is_known(const Json& pre_tokenizer) {
  return pre_tokenizer["type"] != "Metaspace" ||
         std::ranges::any_of(pre_tokenizers(), [](const auto& row) { return row.name == "Metaspace"; });
}

TEST_CASE("every part of tokenizer.json equals that of tokenizers trained on the same texts") {
  const Json fixture = read_trainer_fixture("texts.json");
  const std::vector<std::string> texts = fixture["texts"];
  REQUIRE(fixture["cases"].size() >= 8);
  for (const Json& item : fixture["cases"]) {
    CAPTURE(item["options"].dump());
    if (!is_known(item["tokenizer"]["pre_tokenizer"])) continue;
    const Json made = saved(train(options_of(item["options"]), texts));
    for (const char* part : {"normalizer", "pre_tokenizer", "decoder"}) CHECK(made[part] == item["tokenizer"][part]);
    Json ours = made["model"], theirs = item["tokenizer"]["model"];
    CHECK(ours["vocab"] == theirs["vocab"]);
    CHECK(ours.value("merges", Json()) == theirs.value("merges", Json()));
    for (const char* key : {"vocab", "merges"}) {
      ours.erase(key);
      theirs.erase(key);
    }
    CHECK(ours == theirs);
  }
}

TEST_CASE("special tokens get their roles, and a template if cls and sep exist") {
  const std::vector<std::string> texts = {"ab ab abc", "b"};
  const Tokenizer bert = train({.kind = "wordpiece"}, texts);
  CHECK(bert.pad_id() == 0);
  CHECK(bert.special_id("mask_token") == 4);
  CHECK(bert.unknown_id() == 1);
  CHECK(bert.encode("ab").ids == Ids{2, *bert.token_id("ab"), 3});
  CHECK(bert.encode_pair("ab", "ab").type_ids == std::vector<uint8_t>{0, 0, 0, 1, 1});
  const Tokenizer bytes = train({.kind = "byte-bpe"}, texts);
  const int32_t ab = *bytes.token_id("ab");
  CHECK(bytes.encode("ab").ids == Ids{0, ab, 2});
  CHECK(bytes.encode_pair("ab", "ab").ids == Ids{0, ab, 2, 2, ab, 2});
  CHECK(bytes.special_id("cls_token") == 0);
  CHECK(bytes.special_id("eos_token") == 2);
  const Tokenizer plain = train({.kind = "byte-bpe", .special_tokens = {"<|endoftext|>", "<extra>"}}, texts);
  CHECK(plain.encode("ab<extra>").ids == Ids{*plain.token_id("ab"), 1});
  CHECK(plain.special_id("bos_token") == 0);
  CHECK(plain.is_special(1));
}

TEST_CASE("a trained tokenizer has the same ids after it was saved and loaded") {
  const Json fixture = read_trainer_fixture("texts.json");
  const std::vector<std::string> texts = fixture["texts"];
  for (const char* kind : {"wordpiece", "byte-bpe"}) {
    const TemporaryFolder folder;
    const Tokenizer tokenizer = train({.kind = kind, .vocab_size = 2000}, texts);
    tokenizer.save(folder.path());
    const Tokenizer loaded = Tokenizer::load(folder.path());
    for (const std::string& text : texts) CHECK(loaded.encode(text).ids == tokenizer.encode(text).ids);
  }
}

TEST_CASE("texts without words are refused") {
  for (const std::vector<std::string>& texts : {std::vector<std::string>{}, {"", " \n"}}) {
    const Error error = expect_error([&] { train({.kind = "wordpiece"}, texts); });
    CHECK(error.kind() == ErrorKind::kInput);
    CHECK(contains(error.what(), "the rows have no words"));
  }
}

}  // namespace hone::text::tokenizer_trainer_test
