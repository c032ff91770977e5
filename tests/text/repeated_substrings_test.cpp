#include "text/repeated_substrings.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/utf8.h"
#include "text/random_text.h"
#include "text/tokenizer_fixtures.h"

namespace hone::text::repeated_substrings_test {

std::vector<WordCount> counts_of(const std::vector<std::string>& words) {
  std::vector<WordCount> counts;
  for (const std::string& word : words) counts.push_back({word, 1});
  return counts;
}

using Substrings = std::vector<std::pair<std::string, uint64_t>>;

Substrings found_in(const std::vector<std::string>& words, size_t max_length, size_t limit, int num_threads = 1) {
  const std::string joined = join_words(counts_of(words));
  Substrings found;
  for (const auto& item : repeated_substrings(joined, max_length, limit, num_threads)) {
    found.emplace_back(item.text, item.score);
  }
  return found;
}

// Counts each substring and the characters that follow it, without a suffix array.
Substrings by_definition(const std::vector<std::string>& words, size_t max_length) {
  std::map<std::string, uint64_t> counts;
  std::map<std::string, std::set<std::string>> followers;
  for (const std::string& word : words) {
    const size_t length = count_code_points(word);
    const auto part = [&](size_t begin, size_t end) {
      const size_t first = byte_of_code_point(word, begin);
      return word.substr(first, byte_of_code_point(word, end) - first);
    };
    for (size_t begin = 0; begin < length; ++begin) {
      for (size_t end = begin + 2; end <= std::min(length, begin + max_length); ++end) {
        ++counts[part(begin, end)];
        followers[part(begin, end)].insert(end == length ? "" : part(end, end + 1));
      }
    }
  }
  Substrings result;
  for (const auto& [text, count] : counts) {
    if (followers[text].size() >= 2) result.emplace_back(text, count * count_code_points(text));
  }
  std::sort(result.begin(), result.end(), [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first > b.first;
  });
  return result;
}

TEST_CASE("substrings of tokenizers' own example") {
  // test_unigram_chars in models/unigram/trainer.rs: "is " and "s " in "This is a".
  CHECK(found_in({"This is a", "\xE5\x8F\x8B"}, 16, 100) == Substrings{{"is ", 6}, {"s ", 4}});
}

TEST_CASE("repeated substrings are those of the definition") {
  std::vector<std::string> words;
  for (uint64_t i = 0; i < 150; ++i) words.push_back(RandomText(31)(i));
  for (uint64_t i = 0; i < 300; ++i) {
    std::string word;
    for (uint64_t bits = i * 2654435761 % 4093 + 2; bits > 1; bits /= 3)
      word += bits % 3 == 0 ? "a" : bits % 3 == 1 ? "\xC3\xA9" : "\xC3\xA8";
    words.push_back(word);
  }
  words.insert(words.end(), {"", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "ing", "sing", "ring"});
  words.push_back(std::string(3000, 'z'));
  for (const size_t max_length : {2, 3, 5, 16}) {
    const Substrings expected = by_definition(words, max_length);
    REQUIRE(expected.size() > 20);
    CHECK(found_in(words, max_length, 1'000'000) == expected);
    CHECK(found_in(words, max_length, 1'000'000, 3) == expected);
    CHECK(found_in(words, max_length, 7) == Substrings(expected.begin(), expected.begin() + 7));
  }
}

TEST_CASE("a substring that only ends words is not found, as in tokenizers") {
  CHECK(found_in({"king", "ring"}, 16, 10).empty());
  CHECK(found_in({"king", "rings"}, 16, 10) == Substrings{{"ing", 6}, {"ng", 4}});
}

TEST_CASE("no words have no substrings") { CHECK(found_in({}, 16, 10).empty()); }

}  // namespace hone::text::repeated_substrings_test
