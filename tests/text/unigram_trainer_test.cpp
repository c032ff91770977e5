#include "text/unigram_trainer.h"

#include <algorithm>
#include <cmath>

#include "expect_error.h"
#include "text/trainer_fixtures.h"

namespace hone::text::unigram_trainer_test {

UnigramTrainerSettings settings_of(const Json& given) {
  UnigramTrainerSettings settings;
  settings.vocab_size = given["vocab_size"];
  settings.special_tokens = given.value("special_tokens", std::vector<std::string>());
  if (given.contains("unk_token")) settings.unk_token = given["unk_token"].get<std::string>();
  settings.shrinking_factor = given.value("shrinking_factor", 0.75);
  settings.n_sub_iterations = given.value("n_sub_iterations", 2);
  settings.max_piece_length = given.value("max_piece_length", size_t{16});
  return settings;
}

// Sorts by the tokens: the order of equal scores depends on the last bits of sums.
std::vector<ScoredToken> by_token(std::vector<ScoredToken> tokens) {
  std::sort(tokens.begin(), tokens.end());
  return tokens;
}

TEST_CASE("tokens and scores equal those of tokenizers") {
  const Json fixture = read_trainer_fixture("unigram.json");
  REQUIRE(fixture["cases"].size() >= 4);
  for (const Json& item : fixture["cases"]) {
    CAPTURE(item["settings"].dump());
    const std::vector<WordCount> words = fixture_words(item["words"]);
    const TrainedUnigram trained = train_unigram(words, settings_of(item["settings"]));
    CHECK((trained.unknown_id ? Json(*trained.unknown_id) : Json()) == item["unk_id"]);
    std::vector<ScoredToken> expected;
    for (const Json& entry : item["vocab"]) expected.emplace_back(entry[0], entry[1].get<double>());
    REQUIRE(trained.vocabulary.size() == expected.size());
    CHECK(trained.vocabulary.front() == expected.front());
    const auto ours = by_token(trained.vocabulary), theirs = by_token(expected);
    for (size_t i = 0; i < ours.size(); ++i) {
      CHECK(ours[i].first == theirs[i].first);
      // A character that pruning removed gets the lowest score and a little more, in the order of a hash map.
      const double hashed = count_code_points(ours[i].first) == 1 ? 1e-4 * static_cast<double>(expected.size()) : 0;
      CHECK(std::abs(ours[i].second - theirs[i].second) <= 2e-5 + hashed);
    }
  }
}

TEST_CASE("the result is equal at any number of threads and for any order of the words") {
  const Json item = read_trainer_fixture("unigram.json")["cases"][1];
  std::vector<WordCount> words = fixture_words(item["words"]);
  UnigramTrainerSettings settings = settings_of(item["settings"]);
  settings.num_threads = 1;
  const TrainedUnigram one = train_unigram(words, settings);
  std::reverse(words.begin(), words.end());
  settings.num_threads = 3;
  CHECK(train_unigram(words, settings).vocabulary == one.vocabulary);
}

TEST_CASE("characters of the initial alphabet get a token, with the lowest score") {
  const std::vector<WordCount> words = {{"abab", 5}, {"ba", 3}};
  const TrainedUnigram trained = train_unigram(words, {.vocab_size = 10, .initial_alphabet = U"z\u4E2D"});
  for (const char* token : {"a", "b", "z", "\xE4\xB8\xAD"}) {
    const auto& list = trained.vocabulary;
    CHECK(std::any_of(list.begin(), list.end(), [&](const ScoredToken& t) { return t.first == token; }));
  }
}

TEST_CASE("a vocabulary without room for the characters is refused") {
  const std::vector<WordCount> words = {{"abc", 1}};
  const UnigramTrainerSettings settings{.vocab_size = 4, .special_tokens = {"<s>"}, .unk_token = "<unk>"};
  const Error error = expect_error([&] { train_unigram(words, settings); });
  CHECK(error.kind() == ErrorKind::kUsage);
  CHECK(contains(error.what(), "a vocabulary of 4 tokens has no room for the 2 special tokens and 3 characters"));
}

TEST_CASE("training ends if no token can be removed") {
  // Each character has a token of its own, and there are as many as the vocabulary takes.
  const std::vector<WordCount> words = {{"abcdefgh", 100}, {"hgfedcba", 1}};
  CHECK(train_unigram(words, {.vocab_size = 8}).vocabulary.size() == 8);
}

}  // namespace hone::text::unigram_trainer_test
