// LongWord merges by the definition (bpe_word_test.cpp); GreedyBpe must return the same without merging.
#include "text/greedy_bpe.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <random>
#include <string>

#include "text/bpe_word.h"

namespace hone::text::greedy_bpe_test {

using Ids = std::vector<int32_t>;

// Merges over 256 bytes, whose tokens are those bytes first.
struct Vocabulary {
  std::array<int32_t, 256> byte_ids{};
  std::vector<std::string> tokens;
  std::map<std::string, int32_t> ids;
  MergeTable merges;

  explicit Vocabulary(size_t num_merges) : merges(num_merges) {
    for (int32_t byte = 0; byte < 256; ++byte) {
      byte_ids[static_cast<size_t>(byte)] = byte;
      add(std::string(1, static_cast<char>(byte)));
    }
  }
  int32_t add(const std::string& token) {
    const auto [found, is_new] = ids.emplace(token, static_cast<int32_t>(tokens.size()));
    if (is_new) tokens.push_back(token);
    return found->second;
  }
  // Several merges may make one token.
  void merge(int32_t left, int32_t right, uint32_t rank) {
    const std::string text = tokens[static_cast<size_t>(left)] + tokens[static_cast<size_t>(right)];
    if (merges.find(left, right).rank == Merge::kNever) merges.set(left, right, {rank, add(text)});
  }

  std::optional<GreedyBpe> make_greedy() const {
    std::vector<GreedyBpe::Unit> units;
    for (size_t byte = 0; byte < 256; ++byte) units.emplace_back(tokens[byte], byte_ids[byte]);
    return GreedyBpe::make(merges, units, tokens.size());
  }

  Ids expected(const std::string& text) const {
    std::vector<Symbol> symbols;
    for (char c : text) symbols.push_back({byte_ids[static_cast<unsigned char>(c)], 1});
    LongWord().merge_all(merges, symbols);
    Ids result;
    for (const Symbol& symbol : symbols) result.push_back(symbol.id);
    return result;
  }
};

Ids encode(const GreedyBpe& bpe, const std::string& text) {
  Ids ids;
  bpe.encode(text, ids);
  return ids;
}

TEST_CASE("random texts have the tokens of merging, for random merges of few letters") {
  std::mt19937 draw(7);
  size_t num_greedy = 0, num_out_of_order = 0;
  for (int round = 0; round < 400; ++round) {
    const uint32_t num_merges = 1 + draw() % 60, num_letters = 1 + draw() % 4;
    Vocabulary vocabulary(num_merges);
    std::vector<int32_t> known;
    for (uint32_t i = 0; i < num_letters; ++i) known.push_back('a' + static_cast<int32_t>(i));
    // In half of the rounds merges may come before those of their parts.
    std::vector<uint32_t> ranks(num_merges);
    std::iota(ranks.begin(), ranks.end(), 0u);
    if (round % 2 == 1) std::shuffle(ranks.begin(), ranks.end(), draw);
    for (const uint32_t rank : ranks) {
      const auto token = [&] { return known[draw() % known.size()]; };
      vocabulary.merge(token(), token(), rank);
      if (vocabulary.tokens.size() > 256) known.push_back(static_cast<int32_t>(vocabulary.tokens.size()) - 1);
    }
    const auto bpe = vocabulary.make_greedy();
    if (!bpe) continue;
    ++(round % 2 == 1 ? num_out_of_order : num_greedy);
    for (size_t length = 0; length < 90; length = length < 20 ? length + 1 : length + 17) {
      std::string text;
      for (size_t i = 0; i < length; ++i) text += static_cast<char>('a' + draw() % num_letters);
      CAPTURE(text);
      CHECK(encode(*bpe, text) == vocabulary.expected(text));
    }
    for (size_t id = 0; id < vocabulary.tokens.size(); ++id) {
      const bool is_one = vocabulary.expected(vocabulary.tokens[id]) == Ids{static_cast<int32_t>(id)};
      CHECK(bpe->is_used(static_cast<int32_t>(id)) == is_one);
    }
  }
  CHECK(num_greedy > 100);
  CHECK(num_out_of_order > 20);
}

TEST_CASE("merges that come before those of their parts are left to merging") {
  Vocabulary vocabulary(2);
  const int32_t ab = vocabulary.add("ab");
  vocabulary.merge(ab, 'c', 0);
  vocabulary.merge('a', 'b', 1);
  CHECK(!vocabulary.make_greedy());
}

TEST_CASE("an early merge whose parts never stand side by side does not matter") {
  // SentencePiece lists all ways to make "abcd", here also from "abc", which comes later.
  Vocabulary vocabulary(5);
  vocabulary.merge('a', 'b', 0);
  vocabulary.merge('c', 'd', 1);
  vocabulary.merge(vocabulary.add("ab"), vocabulary.add("cd"), 2);
  vocabulary.merge(vocabulary.add("abc"), 'd', 3);
  vocabulary.merge(vocabulary.add("ab"), 'c', 4);
  const auto bpe = vocabulary.make_greedy();
  REQUIRE(bpe);
  for (const char* text : {"abcd", "abc", "abcabcd", "abcc", "cdab"}) {
    CHECK(encode(*bpe, text) == vocabulary.expected(text));
  }
}

TEST_CASE("a token that no text produces is not used") {
  // "abc" begins with the merge of b and c, so the merge of ab and c never happens.
  Vocabulary vocabulary(3);
  vocabulary.merge('b', 'c', 0);
  vocabulary.merge('a', 'b', 1);
  vocabulary.merge(vocabulary.add("ab"), 'c', 2);
  const auto bpe = vocabulary.make_greedy();
  REQUIRE(bpe);
  CHECK(!bpe->is_used(vocabulary.add("abc")));
  CHECK(encode(*bpe, "abc") == Ids{'a', vocabulary.add("bc")});
  CHECK(encode(*bpe, "abbc") == Ids{vocabulary.add("ab"), vocabulary.add("bc")});
}

TEST_CASE("a megabyte of one letter takes a moment, whatever its last tokens are") {
  Vocabulary vocabulary(20);
  int32_t token = 'a';
  for (uint32_t rank = 0; rank < 7; ++rank) {
    vocabulary.merge(token, token, rank);
    token = vocabulary.add(std::string(size_t{2} << rank, 'a'));
  }
  const auto bpe = vocabulary.make_greedy();
  REQUIRE(bpe);
  const Ids ids = encode(*bpe, std::string(1'000'000, 'a'));
  // 1,000,000 = 7812 * 128 + 64.
  CHECK(ids.size() == 7813);
  CHECK(ids.back() == vocabulary.add(std::string(64, 'a')));
}

}  // namespace hone::text::greedy_bpe_test
