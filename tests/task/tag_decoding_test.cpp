#include "task/tag_decoding.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <random>

#include "expect_error.h"
#include "task/names.h"

namespace tag_decoding_test {

using namespace hone;
using metric::TagSet;

// A window without special tokens: token i is word i, unless `word_ids` says otherwise.
text::Encoding window_of(size_t num_tokens, std::vector<int32_t> word_ids = {}) {
  text::Encoding window;
  for (size_t i = 0; i < num_tokens; ++i) {
    window.ids.push_back(7);
    window.offsets.push_back({static_cast<uint32_t>(2 * i), static_cast<uint32_t>(2 * i + 1)});
    window.word_ids.push_back(static_cast<int32_t>(i));
  }
  if (!word_ids.empty()) window.word_ids = std::move(word_ids);
  return window;
}

std::vector<size_t> tags_of(const std::vector<task::TaggedUnit>& units) {
  std::vector<size_t> tags;
  for (const task::TaggedUnit& unit : units) tags.push_back(unit.tag);
  return tags;
}

// The best of all K^n sequences for which `allows` is true of each pair, begin and end included.
template <typename Allows>
std::vector<size_t> best_by_trying_all(const std::vector<float>& probabilities, size_t num_tags, Allows allows) {
  const size_t length = probabilities.size() / num_tags;
  std::vector<size_t> sequence(length), best;
  double highest = -1;
  for (;;) {
    bool is_allowed = allows(-1, static_cast<int>(sequence[0])) && allows(static_cast<int>(sequence.back()), -1);
    double product = 1;
    for (size_t i = 0; i < length; ++i) {
      if (i > 0) is_allowed = is_allowed && allows(static_cast<int>(sequence[i - 1]), static_cast<int>(sequence[i]));
      product *= probabilities[i * num_tags + sequence[i]];
    }
    if (is_allowed && product > highest) {
      highest = product;
      best = sequence;
    }
    size_t digit = 0;
    while (digit < length && ++sequence[digit] == num_tags) sequence[digit++] = 0;
    if (digit == length) return best;
  }
}

TEST_CASE("the logits of a token are the mean over its windows; a text of one window keeps its own") {
  text::Encoding first = window_of(3, {-1, 0, 1}), second = window_of(3, {-1, 1, 2});
  second.window_begin = 1;
  const std::vector<text::Encoding> windows = {first, second};
  const std::vector<std::vector<float>> logits = {{9, 9, 1, 2, 3, 4}, {8, 8, 5, 8, 7, 6}};
  const task::TokenLogits whole = task::over_windows(windows, logits, 2);
  CHECK(whole.tokens.word_ids == std::vector<int32_t>{-1, 0, 1, 2});
  CHECK(whole.logits == std::vector<float>{0, 0, 1, 2, 4, 6, 7, 6});
  CHECK((whole.tokens.offsets[3] == second.offsets[2]));
  const task::TokenLogits one = task::over_windows({windows.data(), 1}, {logits.data(), 1}, 2);
  CHECK(one.tokens.word_ids == first.word_ids);
  CHECK(one.logits == logits[0]);
}

TEST_CASE("constrained decoding finds the best of all allowed sequences, by trying each") {
  struct Case {
    std::vector<std::string> tags;
    bool (*allows)(int before, int tag);  // -1: the begin or the end of the text
  };
  const Case cases[] = {
      // I- follows B- or I- of its type.
      {{"O", "B-x", "I-x", "B-y", "I-y"},
       [](int before, int tag) { return (tag != 2 && tag != 4) || before == tag || before == tag - 1; }},
      // What has begun must end.
      {{"O", "B-x", "I-x", "E-x", "S-x"},
       [](int before, int tag) { return (before == 1 || before == 2) == (tag == 2 || tag == 3); }},
      // A type without B- may begin with I-.
      {{"O", "B-x", "I-x", "I-y"}, [](int before, int tag) { return tag != 2 || before == 1 || before == 2; }},
      // Without B-, I- and E- begin entities, and I- must be followed by one of them.
      {{"O", "I-x", "E-x"}, [](int before, int tag) { return before != 1 || tag == 1 || tag == 2; }},
  };
  std::mt19937 random(14);
  std::normal_distribution<float> normal;
  for (int draw = 0; draw < 400; ++draw) {
    const Case& item = cases[draw % 4];
    const TagSet tags(item.tags);
    CAPTURE(draw);
    const size_t length = 1 + static_cast<size_t>(draw) % 5, width = item.tags.size();
    std::vector<float> logits(length * width);
    for (float& logit : logits) logit = 2 * normal(random);
    const std::vector<float> probabilities = task::tag_probabilities(logits, width);
    CHECK(tags_of(task::decode_tags(tags, window_of(length), logits, "none", true)) ==
          best_by_trying_all(probabilities, width, item.allows));
  }
}

TEST_CASE("special tokens are left out, and the tokens of a word have one tag by the strategy") {
  const TagSet tags({"O", "x"});
  const text::Encoding window = window_of(5, {-1, 0, 0, 1, -1});
  const float log_of[] = {0, 0, std::log(3.0F), 0, 0, std::log(9.0F), std::log(3.0F), 0, 0, 9};  // O, x of each token
  const auto units = [&](const char* strategy) { return task::decode_tags(tags, window, log_of, strategy, false); };
  CHECK(tags_of(units("simple")) == std::vector<size_t>{0, 1, 0});
  CHECK(units("simple")[1].score == doctest::Approx(0.9));
  CHECK(tags_of(units("first")) == std::vector<size_t>{0, 0});
  CHECK(tags_of(units("average")) == std::vector<size_t>{1, 0});  // (0.25 + 0.9) / 2
  CHECK(units("average")[0].score == doctest::Approx(0.575));
  CHECK(tags_of(units("max")) == std::vector<size_t>{1, 0});
  CHECK(units("max")[0].token == 1);
  CHECK(units("max")[0].bytes == text::Offset{2, 5});
}

TEST_CASE("tags of IOB1 and IO are not constrained, because I- begins entities") {
  TagSet iob1({"O", "B-x", "I-x"});
  iob1.use_iob1();
  const std::vector<float> logits = {6, 0, 0, 1, 0, 5};
  CHECK(tags_of(task::decode_tags(iob1, window_of(2), logits, "none", true)) == std::vector<size_t>{0, 2});
  CHECK(tags_of(task::decode_tags(TagSet({"O", "B-x", "I-x"}), window_of(2), logits, "none", true)) ==
        std::vector<size_t>{0, 0});
  CHECK(tags_of(task::decode_tags(TagSet({"O", "I-x", "I-y"}), window_of(2), logits, "none", true)) ==
        std::vector<size_t>{0, 2});
}

TEST_CASE("constrained decoding of 500 tokens with 10,000 tags takes under three seconds") {
  std::vector<std::string> names = {"O"};
  for (int id = 0; id < 5000; ++id) {
    names.push_back("B-" + std::to_string(id));
    names.push_back("I-" + std::to_string(id));
  }
  const TagSet tags(names);
  const std::vector<float> logits(500 * tags.size());
  const auto start = std::chrono::steady_clock::now();
  CHECK(task::decode_tags(tags, window_of(500), logits, "none", true).size() == 500);
  CHECK(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() < 3);
}

TEST_CASE("an unknown strategy is an error") {
  const std::vector<float> logits(2);
  CHECK(expect_error([&] { task::decode_tags(TagSet({"O", "x"}), window_of(1), logits, "frist", false); }).kind() ==
        ErrorKind::kUsage);
}

}  // namespace tag_decoding_test
