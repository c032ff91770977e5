#include "text/word_table.h"

#include <doctest/doctest.h>

#include <map>
#include <string>

namespace hone::text::word_table_test {

void add(WordTable& table, std::string_view word, uint64_t count = 1) {
  table.add(word, WordTable::hash_of(word), count);
}

std::map<std::string, uint64_t> counts(const WordTable& table) {
  std::map<std::string, uint64_t> result;
  for (const WordTable::Entry& entry : table.entries()) result[std::string(entry.word())] = entry.count;
  return result;
}

TEST_CASE("a table adds the counts of equal words, and keeps its own copy of their bytes") {
  WordTable table;
  std::map<std::string, uint64_t> expected;
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 5000; ++i) {
      const std::string word = std::to_string(i % 1777) + std::string(static_cast<size_t>(i % 7), 'x');
      add(table, word, 2);
      expected[word] += 2;
    }
  }
  const std::string long_word(100'000, 'y');
  add(table, long_word);
  add(table, long_word);
  add(table, std::string("a\0b", 3));
  add(table, "");
  expected[long_word] = 2;
  expected[std::string("a\0b", 3)] = 1;
  expected[""] = 1;
  CHECK(table.size() == expected.size());
  CHECK(counts(table) == expected);
}

TEST_CASE("words with equal hashes stay distinct") {
  WordTable table;
  for (const char* word : {"a", "b", "a", "c"}) table.add(word, 7, 1);
  CHECK(counts(table) == std::map<std::string, uint64_t>{{"a", 2}, {"b", 1}, {"c", 1}});
}

TEST_CASE("a cleared table is empty and works again") {
  WordTable table;
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 1000; ++i) add(table, std::to_string(i));
    CHECK(table.size() == 1000);
    table.clear();
    CHECK(table.size() == 0);
  }
}

TEST_CASE("the order after sort depends on the words alone") {
  WordTable forward, backward;
  for (int i = 0; i < 300; ++i) add(forward, std::to_string(i));
  for (int i = 300; i-- > 0;) add(backward, std::to_string(i));
  forward.sort();
  backward.sort();
  for (size_t i = 0; i < forward.size(); ++i) CHECK(forward.entries()[i].word() == backward.entries()[i].word());
}

}  // namespace hone::text::word_table_test
