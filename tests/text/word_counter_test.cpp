#include "text/word_counter.h"

#include <map>

#include "expect_error.h"
#include "text/random_text.h"
#include "text/tokenizer_fixtures.h"

namespace hone::text::word_counter_test {

WordSplitter bert_splitter() {
  return WordSplitter(Json::parse(R"({"type": "BertNormalizer", "lowercase": true})"),
                      Json::parse(R"({"type": "BertPreTokenizer"})"), TextCut::kAtWhiteSpace);
}

std::vector<std::string> many_texts() {
  std::vector<std::string> texts;
  for (uint64_t i = 0; i < 2000; ++i) texts.push_back("The movie, the MOVIE! " + RandomText(21)(i) + " end");
  return texts;
}

using CountedWords = std::vector<std::pair<std::string, uint64_t>>;

// Counts the texts in blocks.
CountedWords counted_words(const std::vector<std::string>& texts, size_t block, int num_threads) {
  WordCounter counter(bert_splitter(), 1'000'000, num_threads);
  std::vector<std::string_view> views(texts.begin(), texts.end());
  for (size_t begin = 0; begin < views.size(); begin += block) {
    counter.add(std::span(views).subspan(begin, std::min(block, views.size() - begin)));
  }
  CountedWords words;
  for (const WordCount& word : counter.finish()) words.emplace_back(word.word, word.count);
  return words;
}

TEST_CASE("the words and their order are equal at any number of threads and for any blocks") {
  const std::vector<std::string> texts = many_texts();
  const CountedWords one = counted_words(texts, texts.size(), 1);
  CHECK(counted_words(texts, 700, 3) == one);
  const std::vector<std::string> few(texts.begin(), texts.begin() + 50);
  CHECK(counted_words(few, 1, 2) == counted_words(few, 50, 1));
  std::map<std::string, uint64_t> by_word(one.begin(), one.end());
  CHECK(by_word.size() == one.size());
  CHECK(by_word["movie"] >= 2 * texts.size());
  CHECK(by_word[","] >= texts.size());
}

TEST_CASE("the counts are those of the whole texts") {
  const std::vector<std::string> texts = many_texts();
  std::map<std::string, uint64_t> expected;
  const WordSplitter splitter = bert_splitter();
  for (const std::string& text : texts)
    splitter.split_raw(text, [&](std::string_view w) { ++expected[std::string(w)]; });
  const CountedWords words = counted_words(texts, 1000, 2);
  CHECK(std::map<std::string, uint64_t>(words.begin(), words.end()) == expected);
}

TEST_CASE("more distinct words than allowed are an error") {
  WordCounter counter(bert_splitter(), 3);
  const std::vector<std::string_view> few = {"a b", "c a"}, more = {"d"};
  counter.add(few);
  const Error error = expect_error([&] { counter.add(more); });
  CHECK(error.kind() == ErrorKind::kInput);
  CHECK(contains(error.what(), "the rows have more than 3 distinct words"));
  CHECK(contains(error.hint(), "--max-words"));
}

}  // namespace hone::text::word_counter_test
