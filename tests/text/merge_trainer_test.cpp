#include "text/merge_trainer.h"

#include <algorithm>

#include "expect_error.h"
#include "text/trainer_fixtures.h"

namespace hone::text::merge_trainer_test {

MergeTrainerSettings settings_of(const Json& given) {
  MergeTrainerSettings settings;
  settings.vocab_size = given["vocab_size"];
  settings.min_frequency = given.value("min_frequency", uint64_t{0});
  settings.special_tokens = given.value("special_tokens", std::vector<std::string>());
  if (given.contains("limit_alphabet")) settings.limit_alphabet = given["limit_alphabet"].get<size_t>();
  if (given.contains("max_token_length")) settings.max_token_length = given["max_token_length"].get<size_t>();
  settings.initial_alphabet = fixture_characters(given.value("initial_alphabet", Json::array()));
  settings.continuing_prefix = given.value("continuing_subword_prefix", "");
  settings.end_suffix = given.value("end_of_word_suffix", "");
  return settings;
}

Json as_json(const std::vector<MergeEntry>& merges) {
  Json list = Json::array();
  for (const MergeEntry& merge : merges) list.push_back({merge.left, merge.right});
  return list;
}

TEST_CASE("tokens and merges equal those of tokenizers, also with ties, prefixes, suffixes and limits") {
  const Json fixture = read_trainer_fixture("merges.json");
  REQUIRE(fixture["cases"].size() > 20);
  for (const Json& item : fixture["cases"]) {
    CAPTURE(item["settings"].dump());
    std::vector<WordCount> words = fixture_words(item["words"]);
    for (int order = 0; order < 2; ++order) {
      const TrainedMerges trained = train_merges(words, settings_of(item["settings"]));
      CHECK(Json(trained.tokens) == item["tokens"]);
      CHECK(as_json(trained.merges) == item["merges"]);
      std::reverse(words.begin(), words.end());  // the order of the words does not matter
    }
  }
}

TEST_CASE("characters with a prefix are numbered by code point, after the alphabet") {
  const std::vector<WordCount> words = {{"zba", 1}, {"ab", 1}};
  const TrainedMerges trained = train_merges(words, {.vocab_size = 6, .continuing_prefix = "##"});
  CHECK(trained.tokens == std::vector<std::string>{"a", "b", "z", "##a", "##b", "ab"});
}

TEST_CASE("limit_alphabet keeps the lower one of two equally frequent characters") {
  const std::vector<WordCount> words = {{"cab", 1}, {"c", 1}};
  CHECK(train_merges(words, {.vocab_size = 2, .limit_alphabet = 2}).tokens == std::vector<std::string>{"a", "c"});
}

TEST_CASE("counts beyond 32 bits do not overflow") {
  const std::vector<WordCount> words = {{"ab", uint64_t{1} << 40}, {"cd", (uint64_t{1} << 31) + 5}};
  const TrainedMerges trained = train_merges(words, {.vocab_size = 6, .min_frequency = uint64_t{1} << 31});
  CHECK(as_json(trained.merges) == Json::parse(R"([["a","b"],["c","d"]])"));
}

TEST_CASE("without words only the special tokens remain") {
  const TrainedMerges trained = train_merges({}, {.vocab_size = 5, .special_tokens = {"<s>", "</s>"}});
  CHECK(trained.tokens == std::vector<std::string>{"<s>", "</s>"});
  CHECK(trained.merges.empty());
}

TEST_CASE("a vocabulary without room for the characters is refused") {
  const std::vector<WordCount> words = {{"abc", 1}};
  const MergeTrainerSettings settings{.vocab_size = 3, .special_tokens = {"<s>"}};
  const Error error = expect_error([&] { train_merges(words, settings); });
  CHECK(error.kind() == ErrorKind::kUsage);
  CHECK(contains(error.what(), "a vocabulary of 3 tokens has no room for the 1 special tokens and 3 characters"));
  CHECK(contains(error.hint(), "--limit-alphabet"));
}

}  // namespace hone::text::merge_trainer_test
