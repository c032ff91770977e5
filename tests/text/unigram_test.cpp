// Expected tokens: HF's `tokenizers` 0.23 with these vocabularies, and hand calculation.
#include "text/unigram.h"

#include <cmath>

#include "expect_error.h"

namespace hone::text {

namespace {

std::vector<int32_t> unigram_ids(const Unigram& model, std::string_view word) {
  std::vector<Token> tokens;
  model.tokenize(word, tokens);
  std::vector<int32_t> ids;
  for (const Token& token : tokens) ids.push_back(token.id);
  return ids;
}

// The vocabulary of the tests of tokenizers' own Unigram.
const std::vector<ScoredToken> kAbcd = {{"<unk>", 0}, {"a", 0},  {"b", 0},   {"c", 0},    {"d", 0},
                                        {"cd", 1},    {"ab", 2}, {"abc", 5}, {"abcd", 10}};

}  // namespace

TEST_CASE("the tokens with the highest sum of scores are chosen") {
  CHECK(unigram_ids(Unigram(kAbcd, {0}, "test"), "abcd") == std::vector<int32_t>{8});
  const Unigram model({{"<unk>", 0},
                       {"ab", 0},
                       {"cd", -0.1},
                       {"abc", -0.2},
                       {"a", -0.3},
                       {"b", -0.4},
                       {"c", -0.5},
                       {"ABC", -0.5},
                       {"abcdabcd", 20},
                       {"q", 20.5},
                       {"r", 20.5},
                       {"qr", -0.5}},
                      {0}, "test");
  CHECK(unigram_ids(model, "abc") == std::vector<int32_t>{3});  // -0.2 against ab + c: -0.5
  CHECK(unigram_ids(model, "abcc") == std::vector<int32_t>{3, 6});
  CHECK(unigram_ids(model, "abcdabcd") == std::vector<int32_t>{8});
  CHECK(unigram_ids(model, "qr") == std::vector<int32_t>{9, 10});  // 41 against -0.5
  CHECK(unigram_ids(model, "").empty());
}

TEST_CASE("characters that no token covers are one unknown token, with the bytes that they cover") {
  const Unigram model(kAbcd, {0}, "test");
  std::vector<Token> tokens;
  model.tokenize(
      "a\xE4\xB8\xAD\xE6\x96\x87"
      "b",
      tokens);
  REQUIRE(tokens.size() == 3);
  CHECK(tokens[1].id == 0);
  CHECK(tokens[1].begin == 1);
  CHECK(tokens[1].end == 7);
  CHECK(tokens[2].id == 2);
  CHECK(unigram_ids(model, "xx<unk>yy").size() == 1);
}

TEST_CASE("with byte_fallback, an unknown character becomes its bytes if all of them are tokens") {
  std::vector<ScoredToken> vocabulary = {{"<unk>", 0}, {"a", -1}};
  for (int byte = 0; byte < 256; ++byte) vocabulary.emplace_back(fmt::format("<0x{:02X}>", byte), 0);
  CHECK(unigram_ids(Unigram(vocabulary, {0, true}, "test"), "a\xC3\xA9") ==
        std::vector<int32_t>{1, 2 + 0xC3, 2 + 0xA9});
  CHECK(unigram_ids(Unigram(vocabulary, {0, false}, "test"), "a\xC3\xA9") == std::vector<int32_t>{1, 0});
  vocabulary.pop_back();
  CHECK(unigram_ids(Unigram(vocabulary, {0, true}, "test"), "a\xC3\xA9") ==
        std::vector<int32_t>{1, 2 + 0xC3, 2 + 0xA9});
  CHECK(unigram_ids(Unigram({{"<unk>", 0}, {"<0xC3>", 0}}, {0, true}, "test"), "\xC3\xA9") == std::vector<int32_t>{0});
}

TEST_CASE("ids and tokens are found both ways; of a repeated token the later id is used") {
  const Unigram model({{"<unk>", 0}, {"a", -1}, {"a", -2}}, {0}, "test");
  CHECK(model.token_id("a") == 2);
  CHECK(model.token(1) == "a");
  CHECK_FALSE(model.token(3));
  CHECK_FALSE(model.token(-1));
  CHECK(model.num_tokens() == 3);
  CHECK(model.highest_id() == 2);
}

TEST_CASE("a wrong unk_id, a score that is not finite, and a missing unknown token are errors") {
  CHECK(contains(expect_error([] { Unigram(kAbcd, {9}, "test"); }).what(),
                 "test: unk_id is 9, but the vocabulary has 9"));
  CHECK(contains(expect_error([] { Unigram({{"a", std::nan("")}}, {}, "test"); }).what(),
                 "the score of token 0 (\"a\")"));
  const Unigram model({{"a", 0}}, {}, "test");
  CHECK(unigram_ids(model, "aa") == std::vector<int32_t>{0, 0});
  CHECK(
      contains(expect_error([&] { unigram_ids(model, "ab"); }).what(), "does not cover a character and has no unk_id"));
}

TEST_CASE("a megabyte of one letter costs per byte about as much as a short word") {
  const Unigram model({{"<unk>", 0}, {"a", -1}, {"aa", -1.5}, {"aaaa", -2.5}}, {0}, "test");
  CHECK(unigram_ids(model, std::string(1 << 20, 'a')).size() == (1 << 20) / 4);
}

}  // namespace hone::text
