#include "text/training_alphabet.h"

#include <doctest/doctest.h>

namespace hone::text::training_alphabet_test {

std::string row_text(TrainingWords& words, size_t word, const TrainingTokens& tokens) {
  std::string text;
  for (const uint32_t id : words.row(word)) text += tokens.text(id) + "|";
  return text;
}

TEST_CASE("words become the forms of their characters") {
  TrainingTokens tokens;
  const std::vector<WordCount> given = {{"ab\xC3\xA9", 4}, {"b", 2}, {"ba", 1}};
  const MergeTrainerSettings settings{
      .vocab_size = 20, .special_tokens = {"[X]", "[X]"}, .continuing_prefix = "##", .end_suffix = "/"};
  TrainingWords words = start_training(given, settings, tokens);
  REQUIRE(words.size() == 2);  // a word of one character cannot merge
  CHECK(row_text(words, 0, tokens) == "a|##b|##\xC3\xA9/|");
  CHECK(row_text(words, 1, tokens) == "b|##a/|");
  CHECK(words.counts == std::vector<int64_t>{4, 1});
  // Special tokens, plain characters, those with a prefix, with a suffix, with both.
  CHECK(tokens.take() == std::vector<std::string>{"[X]", "a", "b", "\xC3\xA9", "##b", "b/", "##a/", "##\xC3\xA9/"});
}

TEST_CASE("a character beyond limit_alphabet is dropped, unless it is a special token") {
  for (const bool is_special : {false, true}) {
    TrainingTokens tokens;
    const std::vector<WordCount> given = {{"abxc", 3}, {"abc", 9}};
    MergeTrainerSettings settings{.vocab_size = 20, .limit_alphabet = 3};
    if (is_special) settings.special_tokens = {"x"};
    TrainingWords words = start_training(given, settings, tokens);
    CHECK(row_text(words, 0, tokens) == (is_special ? "a|b|x|c|" : "a|b|c|"));
  }
}

TEST_CASE("a token is added once and keeps its length") {
  TrainingTokens tokens;
  CHECK(tokens.add("ab", 2) == 0);
  CHECK(tokens.add("c", 1) == 1);
  CHECK(tokens.add("ab", 5) == 0);
  CHECK(tokens.length(0) == 2);
  CHECK(tokens.contains("c"));
  CHECK_FALSE(tokens.contains("d"));
}

}  // namespace hone::text::training_alphabet_test
