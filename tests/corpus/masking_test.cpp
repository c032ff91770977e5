#include "corpus/masking.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "expect_error.h"
#include "objectives_fixture.h"
#include "temporary_folder.h"

namespace masking_test {

using namespace hone;
using namespace hone::corpus;

struct Hidden {
  std::vector<int32_t> ids;
  std::vector<uint32_t> places;
};

text::Tokenizer tokenizer() { return text::Tokenizer::load(objectives() / "masked-token"); }

Hidden hidden(const Masking& masking, std::vector<int32_t> ids, const MaskingPlace& place,
              std::vector<int64_t> offsets = {}) {
  if (offsets.empty()) offsets = {0, static_cast<int64_t>(ids.size())};
  Hidden result{std::move(ids), {}};
  masking.hide(result.ids, offsets, place, result.places);
  return result;
}

// Tokens of words, none of them special.
std::vector<int32_t> many_ids(size_t count) {
  std::vector<int32_t> ids(count);
  for (size_t i = 0; i < count; ++i) ids[i] = static_cast<int32_t>(5 + i * 37 % 100);
  return ids;
}

TEST_CASE("the shares of hidden, masked, random and unchanged tokens are those of the options") {
  const text::Tokenizer own = tokenizer();
  const Masking masking({}, own, own.vocab_size());
  constexpr size_t kTokens = 200'000;
  const std::vector<int32_t> ids = many_ids(kTokens);
  const Hidden result = hidden(masking, ids, {.seed = 1, .row = 2, .step = 3});
  double masked = 0, random = 0, same = 0;
  std::set<int32_t> random_ids;
  for (const uint32_t place : result.places) {
    const int32_t now = result.ids[place];
    if (now == *own.special_id("mask_token")) {
      ++masked;
    } else if (now == ids[place]) {
      ++same;
    } else {
      ++random;
      random_ids.insert(now);
    }
  }
  const auto count = static_cast<double>(result.places.size());
  // Five standard deviations of a binomial distribution. A random token may be the mask token or the token itself.
  const auto is_near = [](double value, double share, double size) {
    return std::abs(value / size - share) < 5 * std::sqrt(share * (1 - share) / size);
  };
  const double by_chance = 0.1 / static_cast<double>(own.vocab_size());
  CHECK(is_near(count, 0.15, kTokens));
  CHECK(is_near(masked, 0.8 + by_chance, count));
  CHECK(is_near(same, 0.1 + by_chance, count));
  CHECK(is_near(random, 0.1 - 2 * by_chance, count));
  CHECK(random_ids.size() == static_cast<size_t>(own.vocab_size() - 1));  // all but the mask token
  for (size_t i = 0; i < kTokens; ++i) {
    const bool is_target = std::ranges::binary_search(result.places, static_cast<uint32_t>(i));
    if (!is_target) REQUIRE(result.ids[i] == ids[i]);
  }
}

TEST_CASE("draws depend on seed, step and row alone") {
  const text::Tokenizer own = tokenizer();
  const Masking masking({}, own, own.vocab_size());
  const std::vector<int32_t> ids = many_ids(400);
  const MaskingPlace place{.seed = 1, .row = 2, .step = 3};
  const Hidden first = hidden(masking, ids, place), again = hidden(masking, ids, place);
  CHECK(first.ids == again.ids);
  CHECK(first.places == again.places);
  for (const MaskingPlace& other : {MaskingPlace{2, 2, 3}, MaskingPlace{1, 3, 3}, MaskingPlace{1, 2, 4},
                                    MaskingPlace{1, 2 + (uint64_t{1} << 32), 3}}) {
    CHECK(hidden(masking, ids, other).places != first.places);
  }
}

TEST_CASE("special tokens are never hidden") {
  const text::Tokenizer own = tokenizer();
  const int32_t begin = *own.special_id("cls_token"), end = *own.special_id("sep_token");
  for (const std::string_view unit : kMaskingNames) {
    const Masking masking({.masking = std::string(unit), .mlm_probability = 0.9}, own, own.vocab_size());
    for (uint32_t step = 0; step < 50; ++step) {
      const Hidden result = hidden(masking, {begin, 20, 21, end, begin, 30, end}, {.step = step}, {0, 4, 7});
      for (const uint32_t place : result.places) CHECK((place == 1 || place == 2 || place == 5));
    }
    CHECK(hidden(masking, {begin, end}, {}).places.empty());
  }
}

TEST_CASE("all tokens of a word are hidden or none, also those of a listed word") {
  const TemporaryFolder folder;
  folder.write("tokenizer.json",
               R"({"version": "1.0", "normalizer": null, "pre_tokenizer": {"type": "BertPreTokenizer"},
    "added_tokens": [{"id": 0, "content": "[MASK]", "single_word": false, "lstrip": false, "rstrip": false,
                      "normalized": false, "special": true}],
    "post_processor": null, "decoder": null,
    "model": {"type": "WordPiece", "unk_token": "[MASK]", "continuing_subword_prefix": "##",
              "max_input_chars_per_word": 100,
              "vocab": {"[MASK]": 0, "\u5317": 1, "\u4eac": 2, "\u662f": 3, "\u9996": 4, "\u90fd": 5, "read": 6,
                        "##ing": 7}}})");
  folder.write("tokenizer_config.json", R"({"mask_token": "[MASK]", "tokenizer_class": "PreTrainedTokenizerFast"})");
  const auto list = folder.write("words.txt", "\xE5\x8C\x97\xE4\xBA\xAC 34488 ns\n\xE9\xA6\x96\xE9\x83\xBD 7 n\n");
  const text::Tokenizer own = text::Tokenizer::load(folder.path());
  const std::vector<int32_t> ids = {1, 2, 3, 4, 5, 6, 7};  // Beijing is capital reading
  const Masking characters({.masking = "whole-word"}, own, 8);
  CHECK(characters.word_begins(ids) == std::vector<uint32_t>{0, 1, 2, 3, 4, 5, 7});
  const Masking words({.masking = "whole-word", .mlm_probability = 0.5, .word_list = list.string()}, own, 8);
  CHECK(words.word_begins(ids) == std::vector<uint32_t>{0, 2, 3, 5, 7});
  std::set<std::vector<uint32_t>> seen;
  for (uint32_t step = 0; step < 200; ++step) {
    const std::vector<uint32_t> places = hidden(words, ids, {.step = step}).places;
    const auto has = [&](uint32_t place) { return std::ranges::find(places, place) != places.end(); };
    REQUIRE(has(0) == has(1));
    REQUIRE(has(3) == has(4));
    REQUIRE(has(5) == has(6));
    seen.insert(places);
  }
  CHECK(seen.size() == 16);  // each of the four words alone
}

TEST_CASE("spans begin with a word, are at most 10 tokens, and have the share of the sequence") {
  const text::Tokenizer own = tokenizer();
  const Masking masking({.masking = "span"}, own, own.vocab_size());
  const std::vector<int32_t> ids = many_ids(400);
  double sum = 0, spans = 0;
  for (uint32_t step = 0; step < 300; ++step) {
    const std::vector<uint32_t> places = hidden(masking, ids, {.step = step}).places;
    CHECK(places.size() == 60);
    for (size_t i = 0; i < places.size(); ++i) spans += i == 0 || places[i] != places[i - 1] + 1 ? 1 : 0;
    sum += static_cast<double>(places.size());
  }
  // The mean of the geometric distribution that is cut at 10 is 3.6 tokens (SpanBERT: 3.8 words); spans that touch look
  // like one, spans that meet another are shorter.
  CHECK(sum / spans > 3.0);
  CHECK(sum / spans < 4.5);
}

TEST_CASE("wrong shares, word lists and tokenizers have errors of their own") {
  const text::Tokenizer own = tokenizer();
  const auto message = [&](const MaskingOptions& options, const text::Tokenizer& with) {
    return std::string(expect_error([&] { Masking(options, with, with.vocab_size()); }).what());
  };
  CHECK(message({.mlm_probability = 0}, own).find("nothing to learn") != std::string::npos);
  CHECK(message({.mlm_probability = 1}, own).find("nothing to read") != std::string::npos);
  CHECK(message({.mask_replace_prob = 0.8, .random_replace_prob = 0.3}, own).find("more than 1") != std::string::npos);
  CHECK(message({.word_list = "words.txt"}, own).find("masking is \"token\"") != std::string::npos);
  const TemporaryFolder folder;
  const auto empty = folder.write("words.txt", "\n\n");
  CHECK(message({.masking = "whole-word", .word_list = empty.string()}, own).find("no word") != std::string::npos);
  const text::Tokenizer without = text::Tokenizer::load(objectives() / "causal-packed");
  CHECK(message({}, without).find("no mask token") != std::string::npos);
}

}  // namespace masking_test
