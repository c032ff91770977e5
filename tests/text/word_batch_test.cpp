#include "text/word_batch.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace hone::text::word_batch_test {

TEST_CASE("words have their ids in order, and only short words that were not seen are encoded") {
  const std::string text = "ab " + std::string(20, 'x') + " ab cd";
  const std::vector<std::pair<size_t, size_t>> words = {{0, 2}, {3, 23}, {24, 26}, {27, 29}, {3, 23}};
  const WordBatch::Owners owners, others;
  std::vector<std::string> encoded;
  const auto encode = [&](const WordBatch::Word& word, TokenBuffer& tokens) {
    encoded.emplace_back(word.bytes());
    tokens.push(word.begin[0]);
    tokens.push(word.is_part ? 1 : 0);
  };
  const auto run = [&](const WordBatch::Owners& owner, bool is_part) {
    TokenBuffer tokens;
    std::vector<size_t> befores;
    WordBatch batch(owner, text.data() + text.size(), tokens);
    const auto finish = [&](const WordBatch::Word&, size_t before) { befores.push_back(before); };
    // More words than a batch holds.
    for (int round = 0; round < 5; ++round) {
      for (const auto& [begin, end] : words) {
        batch.push({text.data() + begin, text.data() + end, 0, is_part}, encode, finish);
      }
    }
    batch.flush(encode, finish);
    REQUIRE(tokens.size() == 50);
    for (size_t i = 0; i < 25; ++i) {
      CHECK(befores[i] == 2 * i);
      CHECK(tokens.ids()[2 * i] == text[words[i % 5].first]);
      CHECK(tokens.ids()[2 * i + 1] == (is_part ? 1 : 0));
    }
  };
  run(owners, false);
  CHECK(encoded.size() == 2 + 10);  // the long word each time
  run(owners, true);                // a part of a word is no word
  CHECK(encoded.size() == 2 * (2 + 10));
  run(others, false);
  CHECK(encoded.size() == 3 * (2 + 10));
}

}  // namespace hone::text::word_batch_test
