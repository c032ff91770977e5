// Expected: sacrebleu 2.6 (tests/fixtures/make_text_metrics_fixture.py).
#include "metric/bleu.h"

#include <doctest/doctest.h>

#include "expect_error.h"
#include "metric/text_metrics_fixture.h"

namespace bleu_test {

using namespace hone;

TEST_CASE("BLEU of a corpus and of each pair, with every tokenizer, is sacrebleu's") {
  const auto pairs = fixture_pairs();
  REQUIRE(pairs.size() >= 214);
  for (const std::string_view tokenizer : metric::kBleuTokenizerNames) {
    const Json& expected = text_metrics_fixture()["bleu"][std::string(tokenizer)];
    metric::BleuCounts corpus;
    for (size_t i = 0; i < pairs.size(); ++i) {
      INFO(tokenizer, ": ", pairs[i].first);
      metric::BleuCounts counts;
      counts.add(pairs[i].first, pairs[i].second, tokenizer);
      corpus.add(counts);
      CHECK(std::abs(counts.score() - expected["pairs"][i].get<double>()) < 1e-9);
    }
    CHECK(std::abs(corpus.score() - expected["corpus"].get<double>()) < 1e-9);
    CHECK(metric::bleu_signature(tokenizer) == expected["signature"].get<std::string>());
  }
}

// Expected: sacrebleu's tokenizers.
TEST_CASE("words of the tokenizers") {
  CHECK(metric::bleu_words("Hello, world! It's 1,000.5 - or 5-6.", "13a") ==
        "Hello , world ! It's 1,000.5 - or 5 - 6 .");
  CHECK(metric::bleu_words("a &amp; b &lt;x&gt;", "13a") == "a & b < x >");
  CHECK(metric::bleu_words("\u6211\u4eec ok\u3002", "zh") == "\u6211 \u4eec ok \u3002");
  CHECK(metric::bleu_words("ab c", "char") == "a b c");
  const Error error = expect_error([] { metric::bleu_words("a", "14a"); });
  CHECK(error.kind() == ErrorKind::kUsage);
  CHECK(contains(error.what(), "unknown tokenizer of BLEU \"14a\""));
}

TEST_CASE("counts that are added several times are those of a corpus that repeats the rows") {
  metric::BleuCounts one, repeated, twice;
  one.add("the cat sat on the mat", "a cat sat on the mat", "13a");
  repeated.add(one, 2);
  twice.add("the cat sat on the mat", "a cat sat on the mat", "13a");
  twice.add("the cat sat on the mat", "a cat sat on the mat", "13a");
  CHECK(repeated.score() == twice.score());
  CHECK(repeated.length == 12);
  CHECK(one.brevity_penalty() == 1);
}

}  // namespace bleu_test
