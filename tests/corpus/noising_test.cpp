#include "corpus/noising.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "expect_error.h"
#include "objectives_fixture.h"

namespace noising_test {

using namespace hone;
using namespace hone::corpus;

using Tokens = std::vector<int32_t>;

text::Tokenizer t5() { return text::Tokenizer::load(objectives() / "denoising-spans"); }
text::Tokenizer bart() { return text::Tokenizer::load(objectives() / "denoising-infilling"); }

// 200 tokens of words between the special tokens of the tokenizer.
Tokens sequence(const text::Tokenizer& tokenizer) {
  Tokens ids = tokenizer.encode("the old house. a quick dog sees the river! birds", {}).ids;
  const auto is_special = [&](int32_t id) { return tokenizer.is_special(id); };
  const auto begin = std::ranges::find_if_not(ids, is_special);
  const Tokens words(begin, std::find_if(begin, ids.end(), is_special));
  Tokens result(ids.begin(), begin);
  while (result.size() < 200) result.insert(result.end(), words.begin(), words.end());
  result.insert(result.end(), std::find_if(begin, ids.end(), is_special), ids.end());
  return result;
}

TEST_CASE("the spans of T5 and what is left make the text again") {
  const text::Tokenizer tokenizer = t5();
  const Noising noising({}, tokenizer);
  CHECK(noising.described() == "spans");
  const Tokens ids = sequence(tokenizer);
  for (uint32_t step = 0; step < 50; ++step) {
    const NoisedText text = noising.noised(ids, {.step = step}, 0);
    std::map<int32_t, Tokens> spans;  // by sentinel
    int32_t sentinel = -1;
    for (const int32_t id : text.target) {
      if (tokenizer.token(id).starts_with("<extra_id_")) {
        sentinel = id;
        CHECK(spans.emplace(id, Tokens()).second);
      } else if (id != ids.back()) {
        spans[sentinel].push_back(id);
      }
    }
    Tokens again;
    size_t num_missing = 0;
    for (const int32_t id : text.source) {
      const auto span = spans.find(id);
      if (span == spans.end()) {
        again.push_back(id);
        continue;
      }
      again.insert(again.end(), span->second.begin(), span->second.end());
      num_missing += span->second.size();
    }
    CHECK(again == ids);
    CHECK(text.target.back() == ids.back());  // the end token
    const auto missing = static_cast<size_t>(std::lround(0.15 * static_cast<double>(ids.size() - 1)));
    CHECK(num_missing == missing);
    CHECK(spans.size() == std::min<size_t>(10, missing / 3));  // of 3 tokens on average; there are ten sentinels
  }
}

TEST_CASE("the decoder rebuilds the whole text, of which infilling hides three tenths") {
  const text::Tokenizer tokenizer = bart();
  const Tokens ids = sequence(tokenizer);
  const int32_t mask = *tokenizer.special_id("mask_token");
  const Noising noising({.noise = {"infilling"}}, tokenizer);
  size_t num_masks = 0;
  for (uint32_t step = 0; step < 50; ++step) {
    const NoisedText text = noising.noised(ids, {.step = step}, 0);
    CHECK(text.target == ids);
    CHECK(text.source.front() == ids.front());
    CHECK(text.source.back() == ids.back());
    const auto masks = static_cast<size_t>(std::ranges::count(text.source, mask));
    const size_t kept = text.source.size() - masks, length = ids.size() - 2;
    CHECK(kept - 2 == length - static_cast<size_t>(std::ceil(0.3 * static_cast<double>(length))));
    CHECK(std::ranges::adjacent_find(text.source, [&](int32_t a, int32_t b) { return a == mask && b == mask; }) ==
          text.source.end());
    num_masks += masks;
  }
  // Spans of 3 tokens on average hide about 60 of 200 tokens.
  CHECK(num_masks > 50 * 16);
  CHECK(num_masks < 50 * 24);
}

TEST_CASE("each other kind of noise changes what it says") {
  const text::Tokenizer tokenizer = bart();
  const Tokens ids = sequence(tokenizer);
  const auto source = [&](const std::string& kind) {
    return Noising({.noise = {kind}, .noise_density = 0.5}, tokenizer).noised(ids, {.seed = 4}, 0).source;
  };
  const auto sorted = [](Tokens tokens) {
    std::ranges::sort(tokens);
    return tokens;
  };
  for (const char* kind : {"sentence-permutation", "rotation"}) {
    CHECK(source(kind) != ids);
    CHECK(sorted(source(kind)) == sorted(ids));
  }
  CHECK(source("deletion").size() < ids.size() - 60);
  CHECK(source("masking").size() == ids.size());
  CHECK(std::ranges::count(source("masking"), *tokenizer.special_id("mask_token")) > 60);
}

TEST_CASE("draws depend on seed, step, row and sequence alone; short texts keep a source and a target") {
  for (const text::Tokenizer& tokenizer : {t5(), bart()}) {
    const Noising noising({}, tokenizer);
    const Tokens ids = sequence(tokenizer);
    const Tokens first = noising.noised(ids, {1, 2, 3}, 4).source;
    CHECK(noising.noised(ids, {1, 2, 3}, 4).source == first);
    CHECK(noising.noised(ids, {2, 2, 3}, 4).source != first);
    CHECK(noising.noised(ids, {1, 3, 3}, 4).source != first);
    CHECK(noising.noised(ids, {1, 2, 4}, 4).source != first);
    CHECK(noising.noised(ids, {1, 2, 3}, 5).source != first);
    const int32_t word = ids[ids.size() / 2];
    for (const Tokens& few : {Tokens{word}, Tokens{ids.back()}, Tokens{word, ids.back()}, Tokens{word, word}}) {
      const NoisedText text = noising.noised(few, {}, 0);
      CHECK_FALSE(text.source.empty());
      CHECK_FALSE(text.target.empty());
    }
  }
}

TEST_CASE("noise that cannot be has errors of its own") {
  const auto message = [](const NoiseOptions& options, const text::Tokenizer& tokenizer) {
    return std::string(expect_error([&] { Noising(options, tokenizer); }).what());
  };
  CHECK(contains(message({.noise = {"spans", "deletion"}}, t5()), "cannot be combined"));
  CHECK(contains(message({.noise_density = 0}, t5()), "nothing to learn"));
  CHECK(contains(message({.noise_density = 1}, t5()), "nothing to read"));
  CHECK(contains(message({.noise = {"spans"}}, bart()), "no sentinel tokens"));
  CHECK(contains(message({.noise = {"infilling"}}, t5()), "no mask token"));
}

}  // namespace noising_test
