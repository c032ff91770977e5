// Both ways of merging are compared with the definition, which looks at all pairs again after each merge.
#include "text/bpe_word.h"

#include <doctest/doctest.h>

#include <random>

namespace hone::text::bpe_word_test {

using Ids = std::vector<int32_t>;

// The definition of BPE: joins the pair of the lowest rank, the first of equals, as long as there is one.
Ids plain_merges(const MergeTable& table, Ids ids) {
  while (true) {
    size_t lowest = 0;
    Merge found;
    for (size_t i = 0; i + 1 < ids.size(); ++i) {
      const Merge merge = table.find(ids[i], ids[i + 1]);
      if (merge.rank >= found.rank) continue;
      lowest = i;
      found = merge;
    }
    if (found.rank == Merge::kNever) return ids;
    ids[lowest] = found.id;
    ids.erase(ids.begin() + static_cast<std::ptrdiff_t>(lowest) + 1);
  }
}

Ids short_merges(const MergeTable& table, const Ids& ids) {
  ShortWord word;
  for (int32_t id : ids) word.add({id, 1});
  word.find_merges(table);
  word.merge_all(table);
  Ids result;
  for (size_t i = 0; i < word.size; ++i) result.push_back(word.symbols[i].id);
  return result;
}

std::vector<Symbol> long_merges(const MergeTable& table, const Ids& ids) {
  std::vector<Symbol> symbols;
  for (int32_t id : ids) symbols.push_back({id, 1});
  LongWord().merge_all(table, symbols);
  return symbols;
}

Ids ids_of(const std::vector<Symbol>& symbols) {
  Ids ids;
  for (const Symbol& symbol : symbols) ids.push_back(symbol.id);
  return ids;
}

TEST_CASE("short and long words merge by the definition, for random merges") {
  std::mt19937 draw(5);
  for (int round = 0; round < 300; ++round) {
    MergeTable table(60);
    const int32_t num_letters = 1 + static_cast<int32_t>(draw() % 4);
    int32_t num_tokens = num_letters;
    for (uint32_t rank = 0; rank < 60; ++rank) {
      const auto token = [&] { return static_cast<int32_t>(draw() % static_cast<uint32_t>(num_tokens)); };
      const int32_t left = token(), right = token();
      if (table.find(left, right).rank == Merge::kNever) table.set(left, right, {rank, num_tokens++});
    }
    for (size_t length : {0, 1, 2, 3, 7, 16, 31, 32}) {
      Ids ids(length);
      for (int32_t& id : ids) id = static_cast<int32_t>(draw() % static_cast<uint32_t>(num_letters));
      const Ids expected = plain_merges(table, ids);
      CHECK(short_merges(table, ids) == expected);
      CHECK(ids_of(long_merges(table, ids)) == expected);
    }
  }
}

TEST_CASE("a merged symbol has the length of its parts") {
  MergeTable table(2);
  table.set(0, 1, {0, 2});
  table.set(2, 2, {1, 3});
  const std::vector<Symbol> merged = long_merges(table, {1, 0, 1, 0, 1, 0});
  REQUIRE(merged.size() == 3);
  CHECK(merged[1].id == 3);
  CHECK(merged[1].length == 4);
  CHECK(merged[2].length == 1);
}

TEST_CASE("a word of a million equal letters takes a moment") {
  MergeTable table(20);
  for (int32_t i = 0; i < 20; ++i) table.set(i, i, {static_cast<uint32_t>(i), i + 1});
  const std::vector<Symbol> merged = long_merges(table, Ids(1'000'000));
  // The binary digits of a million.
  CHECK(ids_of(merged) == Ids{19, 18, 17, 16, 14, 9, 6});
  CHECK(merged[0].length == 524'288);
}

}  // namespace hone::text::bpe_word_test
